/* The rules of one node, written out: what docs/kernel.md shows, and what people see in `iptables-save`. */
import { expect, test } from "vitest";
import { isOurChain, isOurSet, setFamily } from "../../src/render/names.ts";
import { cluster, pod, policy } from "../support/scenario.ts";
import { rulesetOf } from "../support/transition.ts";
import { front, readable, web, written } from "./front.ts";

const ruleset = rulesetOf(front, "n1");

const comment = (text: string): string => `-m comment --comment "${text}"`;

const NEW = "-m conntrack ! --ctstate RELATED,ESTABLISHED";
const MID_STREAM = "-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN";
const SELF = `-m bpf --bytecode "6,32 0 0 12,7 0 0 0,32 0 0 16,29 0 1 0,6 0 0 65535,6 0 0 0" -m comment --comment "a pod to itself" -j RETURN`;
const CUT = comment("reply of a flow that was cut");
const CLOSED = `${comment("isolated, and no chain knows this address: closed")} -j DROP`;
const NOBODY = comment("nobody whom a chain knows");
const seen = (direction: string): string =>
  `-m limit --limit 10/second --limit-burst 20 ${comment("seen")} -j NFLOG --nflog-group 86 --nflog-prefix "SV ${direction} SV-C-*"`;

test("the rules of IPv4", () => {
  expect(written(ruleset.IPv4)).toEqual([
    `SELVEDGE-FORWARD: -m conntrack --ctstate RELATED,ESTABLISHED ${comment("judged when it was new")} -j RETURN`,
    `SELVEDGE-FORWARD: ${MID_STREAM} ${comment("not a first packet")} -j SV-MID-STREAM`,
    `SELVEDGE-FORWARD: -s 10.0.0.1/32 ${comment("egress of isolated pods")} -j SV-EGRESS`,
    `SELVEDGE-FORWARD: -d 10.0.0.1/32 ${comment("ingress of isolated pods")} -j SV-INGRESS`,
    `SV-I-REST: -m set --match-set SV4-ingress-* dst ${CLOSED}`,
    `SV-E-REST: -m set --match-set SV4-egress-* src ${CLOSED}`,
    `SV-MID-STREAM: ${SELF}`,
    `SV-MID-STREAM: -m set --match-set SV4-ingress-* src ${CUT} -j DROP`,
    `SV-MID-STREAM: -m set --match-set SV4-egress-* dst ${CUT} -j DROP`,
    `SV-INGRESS: -s 10.0.0.1/32 -d 10.0.0.1/32 ${comment("shop/web to itself")} -j RETURN`,
    `SV-INGRESS: -d 10.0.0.1/32 ${comment("shop/web")} -g SV-C-*`,
    `SV-INGRESS: ${NOBODY} -g SV-I-REST`,
    `SV-EGRESS: -s 10.0.0.1/32 -d 10.0.0.1/32 ${comment("shop/web to itself")} -j RETURN`,
    `SV-EGRESS: -s 10.0.0.1/32 ${comment("shop/web")} -g SV-C-*`,
    `SV-EGRESS: ${NOBODY} -g SV-E-REST`,
    `SV-C-*: -p tcp -m tcp --dport 8080 -m set --match-set SV4-G-* src ${comment("shop/front ingress[0]")} -j RETURN`,
    `SV-C-*: -m set --match-set SV4-N-* src ${comment("shop/front ingress[1]")} -j RETURN`,
    `SV-C-*: ${seen("ingress")}`,
    `SV-C-*: ${comment("ingress isolated by shop/front")} -j DROP`,
    `SV-C-*: -p udp -m udp --dport 53 ${comment("shop/front egress[0]")} -j RETURN`,
    `SV-C-*: -p tcp -m set --match-set SV4-P-* dst,dst ${comment("shop/front egress[1]")} -j RETURN`,
    `SV-C-*: ${seen("egress")}`,
    `SV-C-*: ${comment("egress isolated by shop/front")} -j DROP`,
  ]);
});

test("the rules of IPv6 that differ", () => {
  const rules = written(ruleset.IPv6);
  expect(rules.filter((rule) => rule.includes("icmp"))).toEqual(
    [133, 134, 135, 136, 137].map(
      (type) =>
        `SELVEDGE-FORWARD: -p ipv6-icmp -m icmp6 --icmpv6-type ${type} ${comment("neighbour discovery")} -j RETURN`,
    ),
  );
  expect(rules.filter((rule) => rule.includes("egress[1]"))).toEqual([
    `SV-C-*: -p tcp -m set --match-set SV6-P-* dst,dst ${comment("shop/front egress[1]")} -j RETURN`,
    `SV-C-*: -p tcp -m set --match-set SV6-P-* dst,dst -m set --match-set SV6-N-* dst ${comment("shop/front egress[1]")} -j RETURN`,
  ]);
  expect(rules.some((rule) => rule.includes("ingress[1]"))).toBe(false);
});

test("the hooks are the same for both families", () => {
  const hooks = [
    { chain: "FORWARD", rule: `${NEW} ${comment("Selvedge: NetworkPolicy")} -j SELVEDGE-FORWARD` },
    {
      chain: "OUTPUT",
      rule: `${NEW} -m addrtype ! --src-type LOCAL ${comment("Selvedge: NetworkPolicy behind IPVS")} -j SELVEDGE-FORWARD`,
    },
  ];
  for (const { hooks: its } of [ruleset.IPv4, ruleset.IPv6])
    expect(its.map(({ chain, rule }) => ({ chain, rule: readable(rule) }))).toEqual(hooks);
});

test("the sets hold what docs/kernel.md says they do", () => {
  const sets = (family: "IPv4" | "IPv6") =>
    new Map(
      [...ruleset[family].sets].map(([name, { type, entries }]) => [readable(name), [type, ...entries]]),
    );
  expect(sets("IPv4")).toEqual(
    new Map([
      ["SV4-G-*", ["hash:ip", "10.0.0.3"]],
      ["SV4-N-*", ["hash:net", "10.128.0.0/9"]],
      ["SV4-P-*", ["hash:ip,port", "10.0.0.2,tcp:9090", "10.0.0.1,tcp:8080"]],
      ["SV4-egress-*", ["hash:ip", "10.0.0.1"]],
      ["SV4-ingress-*", ["hash:ip", "10.0.0.1"]],
    ]),
  );
  expect([...sets("IPv6").keys()]).toContain("SV6-N-*");
});

test("what is ours is known by how its name begins, and a set's family too", () => {
  expect(["SELVEDGE-X", "SV-X"].every(isOurChain)).toBe(true);
  expect(["SELVEDGE", "SVX", "X-SV-", "X-SELVEDGE-"].some(isOurChain)).toBe(false);
  expect(["SV4-x", "SV6-x"].every(isOurSet)).toBe(true);
  expect(["SV5-x", "SV4x", "xSV4-x", "SV-x"].some(isOurSet)).toBe(false);
  expect(["SV4-x", "SV6-x"].map(setFamily)).toEqual(["IPv4", "IPv6"]);
});

test("a rule without conditions is its target, and a DROP names all who isolate", () => {
  const open = policy({ podSelector: web, ingress: [{}] }, "open");
  const rules = written(rulesetOf(cluster([open, policy({ podSelector: {} }, "closed")]), "n1").IPv4);
  expect(rules).toContain(`SV-C-*: ${comment("shop/open ingress[0]")} -j RETURN`);
  expect(rules).toContain(`SV-C-*: ${comment("ingress isolated by shop/closed, shop/open")} -j DROP`);
});

test("addresses are led to their classes in ascending order, whatever the classes and the order of pods", () => {
  const many = ["10.0.0.9", "10.0.0.2", "10.0.0.10", "9.9.9.9", "10.0.0.1", "10.0.0.3"].map((ip, i) =>
    pod(`shop/p${i}`, { ips: [ip], labels: i % 2 === 0 ? { app: "web" } : {} }),
  );
  const policies = [policy({ podSelector: {} }, "all"), policy({ podSelector: web }, "web")];
  const { chains } = rulesetOf(cluster(policies, { pods: many }), "n1").IPv4;
  const led = (chains.get("SV-INGRESS") ?? []).flatMap((rule) => /^-d (\S+)\/32 /.exec(rule)?.[1] ?? []);
  expect(led).toEqual(["9.9.9.9", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.9", "10.0.0.10"]);
});
