import type { Family } from "../../../src/core/address.ts";
import type { PlainPolicy, Scenario } from "../scenario.ts";
import { type Layout, addressIn, filterTable, ipSet } from "./layout.ts";

/** "Egress is allowed", as weave-npc marks packets. */
const ALLOWED = "0x40000/0x40000";

const targets = (i: number): string => `weave-target-${i}`;
const peersOf = (i: number, rule: number): string => `weave-peers-${i}-${rule}`;

/** The rules of one direction of all policies of the cluster: one list, whoever is asked about. */
function rulesOf(policies: readonly PlainPolicy[], wanted: "ingress" | "egress"): string[] {
  return policies.flatMap(({ port, rules }, i) =>
    rules.flatMap(({ direction }, rule) => {
      if (direction !== wanted) return [];
      const [source, destination] =
        direction === "ingress" ? [peersOf(i, rule), targets(i)] : [targets(i), peersOf(i, rule)];
      const match = `-p udp -m set --match-set ${source} src -m set --match-set ${destination} dst -m udp --dport ${port}`;
      const words = `-m comment --comment "rule ${rule} of policy-${i}"`;
      return direction === "ingress"
        ? [`${match} ${words} -j ACCEPT`]
        : [`${match} ${words} -j WEAVE-NPC-EGRESS-ACCEPT`, `${match} ${words} -j RETURN`];
    }),
  );
}

/**
 * What weave-npc writes into filter/FORWARD, after its documentation: two lists, ingress and egress, with every rule of every
 * policy of the cluster, each a match of two sets. It knows IPv4 alone.
 */
export function weaveNpcLayout(scenario: Scenario, family: Family, bridge: string): Layout {
  const address = (pod: number): string => addressIn(scenario, pod, family);
  const isolated = new Set(scenario.policies.flatMap(({ subjects }) => subjects));
  const open = scenario.pods.flatMap((_, pod) => (isolated.has(pod) ? [] : [address(pod)]));
  const established = "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";
  const fresh = "-m conntrack --ctstate NEW";
  const chains = new Map<string, readonly string[]>([
    ["WEAVE-NPC", [established, `${fresh} -j WEAVE-NPC-DEFAULT`, `${fresh} -j WEAVE-NPC-INGRESS`]],
    ["WEAVE-NPC-DEFAULT", [`-m set --match-set weave-ingress-open dst -j ACCEPT`]],
    ["WEAVE-NPC-INGRESS", rulesOf(scenario.policies, "ingress")],
    [
      "WEAVE-NPC-EGRESS",
      [
        established,
        `${fresh} -j WEAVE-NPC-EGRESS-DEFAULT`,
        `${fresh} -m mark ! --mark ${ALLOWED} -j WEAVE-NPC-EGRESS-CUSTOM`,
        `${fresh} -m mark ! --mark ${ALLOWED} -j NFLOG --nflog-group 86`,
        `-m mark ! --mark ${ALLOWED} -j DROP`,
      ],
    ],
    [
      "WEAVE-NPC-EGRESS-DEFAULT",
      [
        `-m set --match-set weave-egress-open src -j WEAVE-NPC-EGRESS-ACCEPT`,
        `-m set --match-set weave-egress-open src -j RETURN`,
      ],
    ],
    ["WEAVE-NPC-EGRESS-CUSTOM", rulesOf(scenario.policies, "egress")],
    ["WEAVE-NPC-EGRESS-ACCEPT", [`-j MARK --set-xmark ${ALLOWED}`]],
  ]);
  return {
    sets: [
      ...ipSet("weave-ingress-open", family, open),
      ...ipSet("weave-egress-open", family, open),
      ...scenario.policies.flatMap(({ subjects, rules }, i) => [
        ...ipSet(targets(i), family, subjects.map(address)),
        ...rules.flatMap(({ peers }, rule) => ipSet(peersOf(i, rule), family, peers.map(address))),
      ]),
    ],
    rules: filterTable(
      [
        `-I FORWARD 1 -i ${bridge} -j WEAVE-NPC-EGRESS`,
        `-I FORWARD 2 -o ${bridge} -j WEAVE-NPC`,
        `-I FORWARD 3 -o ${bridge} ${fresh} -j NFLOG --nflog-group 86`,
        `-I FORWARD 4 -o ${bridge} -j DROP`,
      ],
      chains,
    ),
  };
}
