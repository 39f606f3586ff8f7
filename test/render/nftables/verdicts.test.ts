import { expect, test } from "vitest";
import { nftablesLayout } from "../../../src/render/nftables/nftables.ts";
import { cluster, policy } from "../../support/scenario.ts";
import { rulesetOf } from "../../support/transition.ts";
import { web, written } from "../front.ts";

test("who is isolated by more than one policy is told of each", () => {
  const policies = ["a", "b", "c"].map((name) => policy({ podSelector: web }, name));
  const { IPv4 } = rulesetOf(cluster(policies), "n1", undefined, undefined, nftablesLayout);
  expect(written(IPv4).filter((rule) => rule.includes("isolated by"))).toEqual([
    'SV-C-*: counter drop comment "ingress isolated by shop/a, shop/b, shop/c"',
  ]);
});
