/* When a class has chains for ports, and what stands in them. */
import { describe, expect, test } from "vitest";
import type { IngressRule } from "../../../src/core/network-policy.ts";
import { nftablesLayout } from "../../../src/render/nftables/nftables.ts";
import type { FamilyRuleset } from "../../../src/render/ruleset.ts";
import { cluster, policy } from "../../support/scenario.ts";
import { must } from "../../support/must.ts";
import { rulesetOf } from "../../support/transition.ts";
import { readable, web, written } from "../front.ts";

const rendered = (...rules: readonly IngressRule[]): FamilyRuleset =>
  rulesetOf(
    cluster([policy({ podSelector: web, ingress: rules })]),
    "n1",
    undefined,
    undefined,
    nftablesLayout,
  ).IPv4;

const clients = { from: [{ podSelector: { matchLabels: { app: "client" } } }] };
const office = { from: [{ ipBlock: { cidr: "192.0.2.0/24" } }] };
const at = (...ports: readonly (number | string)[]) => ({ ports: ports.map((port) => ({ port })) });

/** The chains that classes have for ports, by what is behind the class. */
const portChains = ({ chains }: FamilyRuleset): string[] =>
  [...chains.keys()].flatMap((name) => /^SV-C-\w+-(.*)$/.exec(name)?.[1] ?? []);

describe("a class with several rules for the same port", () => {
  const ruleset = rendered(
    { ...clients, ...at(80, 443) },
    { ...office, ...at(443) },
    { ...office, ...at(22) },
    { ...office, ports: [{ port: 8000, endPort: 8010 }] },
  );

  test("has them in a chain of their own, that ends where all others stand", () => {
    expect(written(ruleset).filter((rule) => rule.startsWith("SV-C-") || rule.includes("vmap"))).toEqual([
      'SV-INGRESS: ip daddr . meta l4proto . th dport vmap @SV4-ports-ingress comment "an isolated pod, to the rules for this port"',
      'SV-INGRESS: ip daddr vmap @SV4-verdicts-ingress comment "an isolated pod, to its class"',
      'SV-EGRESS: ip saddr vmap @SV4-verdicts-egress comment "an isolated pod, to its class"',
      'SV-C-*: th dport 443 meta l4proto tcp goto SV-C-*-tcp-443 comment "rules for this port"',
      'SV-C-*: goto SV-C-*-rest comment "all other rules"',
      'SV-C-*-tcp-443: ip saddr @SV4-G-* counter return comment "shop/policy ingress[0]"',
      'SV-C-*-tcp-443: ip saddr @SV4-N-* counter return comment "shop/policy ingress[1]"',
      'SV-C-*-tcp-443: goto SV-C-*-rest comment "all other rules"',
      'SV-C-*-rest: th dport 80 meta l4proto tcp ip saddr @SV4-G-* counter return comment "shop/policy ingress[0]"',
      'SV-C-*-rest: th dport 22 meta l4proto tcp ip saddr @SV4-N-* counter return comment "shop/policy ingress[2]"',
      'SV-C-*-rest: th dport 8000-8010 meta l4proto tcp ip saddr @SV4-N-* counter return comment "shop/policy ingress[3]"',
      'SV-C-*-rest: ip saddr . ip daddr @SV4-self return comment "a pod to itself"',
      'SV-C-*-rest: limit rate 10/second burst 20 packets log prefix "SV ingress SV-C-*" group 86 comment "seen"',
      'SV-C-*-rest: counter drop comment "ingress isolated by shop/policy"',
    ]);
  });

  test("has an element for each address and such port", () => {
    const { type, entries } = must(ruleset.sets.get("SV4-ports-ingress"));
    expect([type, ...[...entries].map(readable)]).toEqual([
      "port-verdicts",
      "10.0.0.1 . tcp . 443 : goto SV-C-*-tcp-443",
    ]);
  });
});

describe("chains for ports", () => {
  const both = (...ports: readonly number[]) => [
    { ...clients, ...at(...ports) },
    { ...office, ...at(...ports) },
  ];

  test.each<readonly [string, readonly IngressRule[], readonly string[]]>([
    ["fewer than four rules", [...both(80), { ...office, ...at(443) }], []],
    ["one port alone", [...both(80), ...both(80)], []],
    ["a rule for each port", [{ ...clients, ...at(80, 81, 82, 83) }], []],
    ["two rules for one of two ports", [...both(80), { ...office, ...at(443, 8080) }], ["tcp-80", "rest"]],
    [
      "the same number in two protocols",
      [clients, office].map((peers) => ({
        ...peers,
        ports: [{ port: 53 }, { port: 53, protocol: "UDP" as const }],
      })),
      ["tcp-53", "udp-53", "rest"],
    ],
  ])("of %s", (_, rules, names) => {
    const ruleset = rendered(...rules);
    expect(portChains(ruleset)).toEqual(names);
    expect(ruleset.sets.has("SV4-ports-ingress")).toBe(names.length > 0);
  });

  test("are made for 64 ports at most, lest each pod be thousands of elements", () => {
    const of = (count: number): number =>
      portChains(rendered(...Array.from({ length: count }, (_, i) => both(2 * i + 1)).flat())).length;
    expect([of(64), of(65)]).toEqual([65, 0]);
  });
});
