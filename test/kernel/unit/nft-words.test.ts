import { expect, test } from "vitest";
import { readListedChain } from "../../../src/kernel/nftables/listed-chain.ts";
import { nftablesLayout } from "../../../src/render/nftables/nftables.ts";
import { cluster, policy } from "../../support/scenario.ts";
import { rulesetOf } from "../../support/transition.ts";

test("what nft 1.1 prints is known again as what we write", () => {
  const { IPv4 } = rulesetOf(
    cluster([policy({ podSelector: {} })]),
    "n1",
    undefined,
    undefined,
    nftablesLayout,
  );
  const written = IPv4.chains.get("SV-FORWARD") ?? [];
  // nft 1.1.3, which is Debian 13's and the image's.
  const printed = written.map((rule) =>
    rule.replace(/tcp flags != syn \/ ([a-z,]+)/, (_, flags: string) => {
      return `tcp flags & (${flags.replaceAll(",", " | ")}) != syn`;
    }),
  );
  expect(printed).not.toEqual(written);
  const lines = printed.map((rule) => `\t\t${rule}\n`).join("");
  expect(readListedChain({ chain: "SV-FORWARD", lines })).toEqual(written);
});
