import { expect, test } from "vitest";
import { nftablesLayout } from "../../../src/render/nftables/nftables.ts";
import { cluster, policy } from "../../support/scenario.ts";
import { rulesetOf } from "../../support/transition.ts";
import { web, written } from "../front.ts";

const everyOther = (number: number) => Array.from({ length: number }, (_, i) => ({ port: 2 * i + 1 }));

/** The rules that let in what comes to so many ports, without what does not tell them apart. */
function rulesFor(ports: readonly { readonly port: number }[]): string[] {
  const asked = cluster([policy({ podSelector: web, ingress: [{ ports }] })]);
  return written(rulesetOf(asked, "n1", undefined, undefined, nftablesLayout).IPv4).filter((rule) =>
    rule.includes("ingress[0]"),
  );
}

test.each([
  [1, 1],
  [4, 4],
  [5, 1],
  [40, 1],
])("%i ports take rules: %i", (ports, rules) => {
  expect(rulesFor(everyOther(ports))).toHaveLength(rules);
});

test("nothing stands before the words of a rule that asks for nothing, as nft would print none", () => {
  expect(rulesFor([])).toEqual(['SV-C-*: counter return comment "shop/policy ingress[0]"']);
});
