import type { Family } from "../../../src/core/address.ts";
import type { PlainPolicy, Scenario } from "../scenario.ts";
import { type Layout, addressIn, filterTable, ipSet } from "./layout.ts";

/** "Matches a policy", and "was judged at this end", as kube-router marks packets. */
const MATCHED = "0x10000/0x10000";
const JUDGED = "0x20000/0x20000";

const POD_CHAIN = "KUBE-POD-FW-";
const POLICY_CHAIN = "KUBE-NWPLCY-";

const comment = (text: string): string => `-m comment --comment "${text}"`;

function podChain(scenario: Scenario, pod: number, family: Family): string[] {
  const address = addressIn(scenario, pod, family);
  const applying = scenario.policies.flatMap(({ subjects }, i) => (subjects.includes(pod) ? [i] : []));
  const byDefault =
    applying.length > 0
      ? []
      : ["-d", "-s"].map(
          (side) =>
            `${side} ${address} ${comment("run through default policy chain")} -j ${POLICY_CHAIN}DEFAULT`,
        );
  return [
    `${comment("rule for stateful firewall for pod")} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
    `${comment("rule to drop invalid state for pod")} -m conntrack --ctstate INVALID -j DROP`,
    `-d ${address} ${comment("rule to permit traffic from the node")} -m addrtype --src-type LOCAL -j ACCEPT`,
    ...byDefault,
    ...applying
      .toReversed()
      .map((i) => `${comment(`run through nw policy policy-${i}`)} -j ${POLICY_CHAIN}${i}`),
    `${comment("rule to log dropped traffic")} -m mark ! --mark ${MATCHED} -m limit --limit 10/minute --limit-burst 10 -j NFLOG --nflog-group 100`,
    `${comment("rule to REJECT traffic")} -m mark ! --mark ${MATCHED} -j REJECT`,
    `-j MARK --set-xmark 0/0x10000`,
    `${comment("set mark to ACCEPT traffic that comply to network policies")} -j MARK --set-xmark ${JUDGED}`,
  ];
}

/** Sets of both families share their names. */
const prefix = (family: Family): string => (family === "IPv6" ? "inet6:" : "");
const targets = (i: number, family: Family): string => `${prefix(family)}KUBE-TARGET-${i}`;
const peersOf = (i: number, rule: number, family: Family): string =>
  `${prefix(family)}KUBE-PEERS-${i}-${rule}`;

function policyChain({ port, rules }: PlainPolicy, i: number, family: Family): string[] {
  return rules.flatMap(({ direction }, rule) => {
    const [subjects, peers] = [targets(i, family), peersOf(i, rule, family)];
    const [source, destination] = direction === "ingress" ? [peers, subjects] : [subjects, peers];
    const match = `${comment(`rule ${rule} of policy-${i}`)} -p udp -m set --match-set ${source} src -m set --match-set ${destination} dst -m udp --dport ${port}`;
    return [`${match} -j MARK --set-xmark ${MATCHED}`, `${match} -m mark --mark ${MATCHED} -j RETURN`];
  });
}

/** One after the other for every pod, both for routed packets and for bridged ones. */
function forwardChain(scenario: Scenario, family: Family): string[] {
  const jumps = scenario.pods.flatMap((_, pod) => {
    const address = addressIn(scenario, pod, family);
    return ["-d", "-s"].flatMap((side) =>
      ["", "-m physdev --physdev-is-bridged "].map(
        (bridged) =>
          `${bridged}${comment(`rule to jump traffic of pod-${pod}`)} ${side} ${address} -j ${POD_CHAIN}${pod}`,
      ),
    );
  });
  return [
    ...jumps,
    `${comment("rule to explicitly ACCEPT traffic that comply to network policies")} -m mark --mark ${JUDGED} -j ACCEPT`,
  ];
}

/**
 * What kube-router's firewall controller writes into filter/FORWARD, after its documentation and the rules that v2.1.0 wrote
 * here: a list of pods; for each a chain with what is established, every policy's chain in turn, and a REJECT for what none
 * of them marked; for each policy a chain with two rules a rule, and sets of its own.
 */
export function kubeRouterLayout(scenario: Scenario, family: Family): Layout {
  const address = (pod: number): string => addressIn(scenario, pod, family);
  const chains = new Map<string, readonly string[]>([
    ["KUBE-ROUTER-FORWARD", forwardChain(scenario, family)],
    [`${POLICY_CHAIN}DEFAULT`, [`-j MARK --set-xmark ${MATCHED}`]],
    ...scenario.policies.map((policy, i): [string, string[]] => [
      `${POLICY_CHAIN}${i}`,
      policyChain(policy, i, family),
    ]),
    ...scenario.pods.map((_, pod): [string, string[]] => [
      `${POD_CHAIN}${pod}`,
      podChain(scenario, pod, family),
    ]),
  ]);
  return {
    sets: scenario.policies.flatMap(({ subjects, rules }, i) => [
      ...ipSet(targets(i, family), family, subjects.map(address)),
      ...rules.flatMap(({ peers }, rule) => ipSet(peersOf(i, rule, family), family, peers.map(address))),
    ]),
    rules: filterTable([`-I FORWARD 1 ${comment("kube-router netpol")} -j KUBE-ROUTER-FORWARD`], chains),
  };
}
