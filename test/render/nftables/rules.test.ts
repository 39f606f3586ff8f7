/* The rules of one node, written out: what docs/nftables.md shows, and what people see in `nft list table ip selvedge`. */
import { describe, expect, test } from "vitest";
import { parseCidr } from "../../../src/core/cidr.ts";
import type { Cluster } from "../../../src/core/compile.ts";
import type { NetworkPolicyPort } from "../../../src/core/network-policy.ts";
import type { GateScope } from "../../../src/core/start-gate.ts";
import { type Host, plainHost } from "../../../src/render/host.ts";
import { nftablesLayout } from "../../../src/render/nftables/nftables.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { must } from "../../support/must.ts";
import { cluster, pod, policy } from "../../support/scenario.ts";
import { rulesetOf } from "../../support/transition.ts";
import { front, readable, web, written } from "../front.ts";

const rulesOf = (asked: Cluster, scope?: GateScope, host?: Host): Ruleset =>
  rulesetOf(asked, "n1", scope, host, nftablesLayout);

const judged = (chain: string): string =>
  `ct state ! established,related goto ${chain} comment "a flow is judged when it is new"`;
const MID_STREAM = 'tcp flags != syn / fin,syn,rst,ack jump SV-MID-STREAM comment "not a first packet"';
const SELF = 'ip saddr . ip daddr @SV4-self return comment "a pod to itself"';
const CUT = 'comment "reply of a flow that was cut"';
const seen = (cause: string, chain = "SV-C-*"): string =>
  `limit rate 10/second burst 20 packets log prefix "SV ${cause} ${chain}" group 86 comment "seen"`;

describe("the rules of nftables", () => {
  const ruleset = rulesOf(front);

  test("in IPv4", () => {
    expect(written(ruleset.IPv4)).toEqual([
      `FORWARD: ${judged("SV-FORWARD")}`,
      `SV-FORWARD: ${MID_STREAM}`,
      'SV-FORWARD: jump SV-EGRESS comment "egress of isolated pods"',
      'SV-FORWARD: jump SV-INGRESS comment "ingress of isolated pods"',
      `OUTPUT: ${judged("SV-OUTPUT")}`,
      'SV-OUTPUT: fib saddr type local accept comment "of the node itself"',
      `SV-OUTPUT: ${MID_STREAM}`,
      'SV-OUTPUT: jump SV-EGRESS comment "egress of isolated pods"',
      'SV-OUTPUT: jump SV-INGRESS comment "ingress of isolated pods"',
      'SV-INGRESS: ip daddr vmap @SV4-verdicts-ingress comment "an isolated pod, to its class"',
      'SV-INGRESS: ip daddr 10.0.0.1 goto SV-I-REST comment "nobody whom the map knows"',
      'SV-I-REST: ip daddr @SV4-isolated-ingress counter drop comment "isolated, and no chain knows this address: closed"',
      'SV-EGRESS: ip saddr vmap @SV4-verdicts-egress comment "an isolated pod, to its class"',
      'SV-EGRESS: ip saddr 10.0.0.1 goto SV-E-REST comment "nobody whom the map knows"',
      'SV-E-REST: ip saddr @SV4-isolated-egress counter drop comment "isolated, and no chain knows this address: closed"',
      `SV-MID-STREAM: ${SELF}`,
      `SV-MID-STREAM: ip saddr @SV4-isolated-ingress counter drop ${CUT}`,
      `SV-MID-STREAM: ip daddr @SV4-isolated-egress counter drop ${CUT}`,
      'SV-C-*: th dport 8080 meta l4proto tcp ip saddr @SV4-G-* counter return comment "shop/front ingress[0]"',
      'SV-C-*: ip saddr @SV4-N-* counter return comment "shop/front ingress[1]"',
      `SV-C-*: ${SELF}`,
      `SV-C-*: ${seen("ingress")}`,
      'SV-C-*: counter drop comment "ingress isolated by shop/front"',
      'SV-C-*: th dport 53 meta l4proto udp counter return comment "shop/front egress[0]"',
      'SV-C-*: ip daddr . meta l4proto . th dport @SV4-P-* counter return comment "shop/front egress[1]"',
      `SV-C-*: ${SELF}`,
      `SV-C-*: ${seen("egress")}`,
      'SV-C-*: counter drop comment "egress isolated by shop/front"',
    ]);
  });

  test("in IPv6, where they differ", () => {
    const rules = written(ruleset.IPv6);
    const neighbours = 'icmpv6 type 133-137 accept comment "neighbour discovery"';
    expect(rules.filter((rule) => rule.includes("icmp"))).toEqual([
      `SV-FORWARD: ${neighbours}`,
      `SV-OUTPUT: ${neighbours}`,
    ]);
    expect(rules.indexOf(`SV-OUTPUT: ${neighbours}`)).toBe(
      rules.findIndex((rule) => rule.startsWith("SV-OUTPUT: fib")) + 1,
    );
    expect(rules.filter((rule) => rule.includes("egress[1]"))).toEqual([
      'SV-C-*: ip6 daddr . meta l4proto . th dport @SV6-P-* counter return comment "shop/front egress[1]"',
      'SV-C-*: ip6 daddr . meta l4proto . th dport @SV6-P-* ip6 daddr @SV6-N-* counter return comment "shop/front egress[1]"',
    ]);
    expect(rules.some((rule) => rule.includes("ingress[1]"))).toBe(false);
  });

  test("look into sets and maps, which lead each isolated address to its class", () => {
    const sets = [...ruleset.IPv4.sets].map(
      ([name, { type, entries }]) => [readable(name), [type, ...[...entries].map(readable)]] as const,
    );
    expect(Object.fromEntries(sets)).toEqual({
      "SV4-G-*": ["hash:ip", "10.0.0.3"],
      "SV4-N-*": ["hash:net", "10.128.0.0/9"],
      "SV4-P-*": ["hash:ip,port", "10.0.0.2,tcp:9090", "10.0.0.1,tcp:8080"],
      "SV4-isolated-egress": ["hash:ip", "10.0.0.1"],
      "SV4-isolated-ingress": ["hash:ip", "10.0.0.1"],
      "SV4-self": ["pairs", '10.0.0.1 . 10.0.0.1 comment "shop/web"'],
      "SV4-verdicts-egress": ["verdicts", "10.0.0.1 : goto SV-C-*"],
      "SV4-verdicts-ingress": ["verdicts", "10.0.0.1 : goto SV-C-*"],
    });
    const led = (direction: string) => [...must(ruleset.IPv4.sets.get(`SV4-verdicts-${direction}`)).entries];
    expect(led("ingress")).not.toEqual(led("egress"));
    for (const [, , , chain = ""] of [...led("ingress"), ...led("egress")].map((entry) => entry.split(" ")))
      expect(ruleset.IPv4.chains.has(chain)).toBe(true);
  });

  test("hang in no chain of others, and no family has a part in table filter", () => {
    for (const family of ["IPv4", "IPv6"] as const) {
      expect(ruleset[family].hooks).toEqual([]);
      expect(ruleset[family].filter).toBeUndefined();
    }
  });
});

describe("ports", () => {
  const ruleFor = (ports: readonly NetworkPolicyPort[]): string[] =>
    written(rulesOf(cluster([policy({ podSelector: web, ingress: [{ ports }] })])).IPv4)
      .filter((rule) => rule.includes("ingress[0]"))
      .map((rule) => rule.replace(/^\S+ (.*?) ?counter return.*$/, "$1"));

  test.each<readonly [string, readonly NetworkPolicyPort[], readonly string[]]>([
    ["one", [{ port: 5432 }], ["th dport 5432 meta l4proto tcp"]],
    ["a range", [{ port: 1, endPort: 10, protocol: "UDP" }], ["th dport 1-10 meta l4proto udp"]],
    [
      "some",
      [{ port: 443 }, { port: 80 }, { port: 8000, endPort: 8010 }],
      [
        "th dport 80 meta l4proto tcp",
        "th dport 443 meta l4proto tcp",
        "th dport 8000-8010 meta l4proto tcp",
      ],
    ],
    ["all of a protocol", [{ protocol: "SCTP" }], ["meta l4proto sctp"]],
    [
      "of two protocols",
      [{ port: 53 }, { port: 53, protocol: "UDP" }],
      ["th dport 53 meta l4proto tcp", "th dport 53 meta l4proto udp"],
    ],
    ["all of all", [], [""]],
    [
      "more than one multiport takes",
      Array.from({ length: 40 }, (_, i) => ({ port: 2 * i + 1 })),
      [`tcp dport { ${Array.from({ length: 40 }, (_, i) => 2 * i + 1).join(", ")} }`],
    ],
  ])("%s", (_, ports, expected) => {
    expect(ruleFor(ports)).toEqual(expected);
  });
});

test("the start gate stands behind the maps, and its chain says what it drops", () => {
  const podCidrs = ["10.0.0.0/24", "fd00::/64"].map((text) => must(parseCidr(text)));
  const { IPv4 } = rulesOf(front, { podCidrs, own: [] });
  const rules = written(IPv4).filter(
    (rule) => /jump SV-[EI]|^SV-[EIG]/.test(rule) && !rule.startsWith("SV-OUTPUT"),
  );
  expect(rules).toEqual([
    'SV-FORWARD: jump SV-EGRESS comment "egress of isolated pods"',
    'SV-FORWARD: jump SV-INGRESS comment "ingress of isolated pods"',
    'SV-INGRESS: ip daddr vmap @SV4-verdicts-ingress comment "an isolated pod, to its class"',
    'SV-INGRESS: ip daddr 10.0.0.0/24 goto SV-I-REST comment "nobody whom the map knows"',
    'SV-I-REST: ip daddr 10.0.0.0/24 ip daddr != @SV4-known-* goto SV-GATE comment "start gate: to an address of this node where no pod is known"',
    'SV-I-REST: ip daddr @SV4-isolated-ingress counter drop comment "isolated, and no chain knows this address: closed"',
    'SV-EGRESS: ip saddr vmap @SV4-verdicts-egress comment "an isolated pod, to its class"',
    'SV-EGRESS: ip saddr 10.0.0.0/24 goto SV-E-REST comment "nobody whom the map knows"',
    'SV-E-REST: ip saddr 10.0.0.0/24 ip saddr != @SV4-known-* goto SV-GATE comment "start gate: from an address of this node where no pod is known"',
    'SV-E-REST: ip saddr @SV4-isolated-egress counter drop comment "isolated, and no chain knows this address: closed"',
    `SV-GATE: ${seen("gate", "SV-GATE")}`,
    'SV-GATE: counter drop comment "start gate: closed until this pod is programmed"',
  ]);
});

test("pods on a bridge do not talk by link-local addresses, which IPv4 has none of", () => {
  const { IPv4, IPv6 } = rulesOf(front, undefined, { ...plainHost, bridges: ["cni0"] });
  const links = 'iifname "cni0" oifname "cni0"';
  const nobody = 'comment "link-local: nobody is known by such an address"';
  expect(written(IPv6).filter((rule) => rule.includes("cni0"))).toEqual([
    `SV-FORWARD: ip6 daddr fe80::/10 ${links} counter drop ${nobody}`,
    `SV-FORWARD: ip6 saddr fe80::/10 ip6 daddr != ff00::/8 ${links} counter drop ${nobody}`,
  ]);
  expect(written(IPv4).some((rule) => rule.includes("cni0"))).toBe(false);
});

test("what is denied is refused where it is judged, but for what the start gate closes", () => {
  const { IPv4, IPv6 } = rulesOf(front, undefined, { ...plainHost, denial: "reject" });
  expect(written(IPv4).filter((rule) => rule.includes("SV-REFUSE"))).toEqual([
    'SV-REFUSE: ct state invalid drop comment "may be of a flow that an answer would end"',
    'SV-REFUSE: ip daddr 224.0.0.0/4 drop comment "multicast is not refused"',
    'SV-REFUSE: fib saddr type local drop comment "nor what bears an address of this node"',
    'SV-REFUSE: reject with tcp reset comment "refused"',
    'SV-REFUSE: reject comment "refused"',
    'SV-C-*: counter goto SV-REFUSE comment "ingress isolated by shop/front"',
    'SV-C-*: counter goto SV-REFUSE comment "egress isolated by shop/front"',
  ]);
  expect(written(IPv6)).toContain('SV-REFUSE: ip6 daddr ff00::/8 drop comment "multicast is not refused"');
});

test("a comment that is too long for nft is cut, and its rule is still told from others", () => {
  const policies = Array.from({ length: 2 }, (_, i) =>
    policy({ podSelector: web }, `${"long-".repeat(40)}${i}`),
  );
  const drops = policies.map((each) =>
    must(
      rulesOf(cluster([each]))
        .IPv4.chains.values()
        .toArray()
        .flat()
        .find((rule) => /drop.*isolated by/.test(rule)),
    ),
  );
  for (const rule of drops)
    expect(rule).toMatch(
      /^counter drop comment "ingress isolated by shop\/(?:long-)+.*\.\.\. #[a-z2-7]{10}"$/,
    );
  expect(new Set(drops).size).toBe(2);
  expect(new Set(drops.map(readable)).size).toBe(1);
});

test("addresses are those of the node's own isolated pods alone", () => {
  const pods = [
    pod("shop/here", { ips: ["10.0.0.1", "fd00::1"] }),
    pod("shop/there", { ips: ["10.0.0.2", "fd00::2"], node: "n2" }),
    pod("bank/open", { ips: ["10.0.0.3", "fd00::3"] }),
  ];
  const { IPv6 } = rulesOf(cluster([policy({ podSelector: {} })], { pods }));
  expect([...must(IPv6.sets.get("SV6-self")).entries]).toEqual(['fd00::1 . fd00::1 comment "shop/here"']);
  expect([...must(IPv6.sets.get("SV6-isolated-ingress")).entries]).toEqual(["fd00::1"]);
  expect(must(IPv6.sets.get("SV6-isolated-egress")).entries.size).toBe(0);
});

test("a pod whose name is longer than a comment is told by its beginning", () => {
  const name = "w".repeat(253);
  const pods = [pod(`shop/${name}`, { ips: ["10.0.0.1"] })];
  const { IPv4 } = rulesOf(cluster([policy({ podSelector: {} })], { pods }));
  const [entry = ""] = must(IPv4.sets.get("SV4-self")).entries;
  const [, comment = ""] = /comment "(.*)"$/.exec(entry) ?? [];
  expect(comment).toMatch(/^shop\/w+\.\.\.$/);
  expect(comment).toHaveLength(128);
});
