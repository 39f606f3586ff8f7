import { describe, expect, test } from "vitest";
import { type Family, families } from "../../../src/core/address.ts";
import { parseCidr } from "../../../src/core/cidr.ts";
import { nftablesLayout } from "../../../src/render/nftables/nftables.ts";
import { must } from "../../support/must.ts";
import { rulesetOf } from "../../support/transition.ts";
import { front } from "../front.ts";

const blocks: Readonly<Record<Family, string>> = { IPv4: "10.0.0.0/24", IPv6: "fd00::/64" };

describe.each(families)("a start gate of %s alone", (family) => {
  const ruleset = rulesetOf(
    front,
    "n1",
    { podCidrs: [must(parseCidr(blocks[family]))], own: [] },
    undefined,
    nftablesLayout,
  );
  const ungated = rulesetOf(front, "n1", undefined, undefined, nftablesLayout);

  test("leaves the other family as it is without one: no rule, no chain, no set", () => {
    for (const other of families) {
      if (other === family) expect(ruleset[other]).not.toEqual(ungated[other]);
      else expect(ruleset[other]).toEqual(ungated[other]);
    }
  });
});
