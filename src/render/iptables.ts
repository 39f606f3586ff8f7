import type { Family } from "../core/address.ts";
import type { ClassRule, NodeProgram, SubjectClass } from "../core/node-program.ts";
import { directions, ruleIdText } from "../core/policy.ts";
import type { StartGate } from "../core/start-gate.ts";
import { dispatchChains, entryRules } from "./dispatch.ts";
import { type GateRules, gateRules } from "./gate.ts";
import { type Host, plainHost } from "./host.ts";
import { isolatedSets, restChains } from "./isolated-sets.ts";
import type { AllowRule, Chains, ClassChains, Layout } from "./layout.ts";
import type { Leaves } from "./leaves.ts";
import { linkLocalRules } from "./link-local.ts";
import { ruleMatches } from "./matches.ts";
import { midStreamChains, midStreamRules } from "./mid-stream.ts";
import { FORWARD_CHAIN, classChain } from "./names.ts";
import { seenRule } from "./nflog.ts";
import { denialTarget, refusal, withRefusal } from "./refusal.ts";
import { render } from "./render.ts";
import { ruleText } from "./rule-text.ts";
import type { Hook, Ruleset } from "./ruleset.ts";
import type { SetTable } from "./set-table.ts";

/** RFC 4861: without these no IPv6 neighbour is ever found, so policies never see them. */
const NEIGHBOUR_DISCOVERY = [133, 134, 135, 136, 137];

/** A flow is judged when it is new: of one that stands, a packet pays for this alone. */
const NOT_JUDGED = "-m conntrack ! --ctstate RELATED,ESTABLISHED";

const HOOKS: readonly Hook[] = [
  { chain: "FORWARD", rule: ruleText(`${NOT_JUDGED} -j ${FORWARD_CHAIN}`, "Selvedge: NetworkPolicy") },
  // kube-proxy in IPVS mode sends pods' packets through OUTPUT; packets of the node itself are its own business.
  {
    chain: "OUTPUT",
    rule: ruleText(
      `${NOT_JUDGED} -m addrtype ! --src-type LOCAL -j ${FORWARD_CHAIN}`,
      "Selvedge: NetworkPolicy behind IPVS",
    ),
  },
];

function forwardChain(family: Family, leaves: Leaves, gate: GateRules, host: Host): string[] {
  const neighbours = NEIGHBOUR_DISCOVERY.map((type) =>
    ruleText(`-p ipv6-icmp -m icmp6 --icmpv6-type ${type} -j RETURN`, "neighbour discovery"),
  );
  return [
    // Our hooks let none of these in. A rule of somebody else may lead here too, and must not have replies judged.
    ruleText("-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN", "judged when it was new"),
    ...(family === "IPv6" ? neighbours : []),
    ...linkLocalRules(family, host),
    ...midStreamRules,
    ...entryRules("egress", leaves.egress, gate.blocks),
    ...entryRules("ingress", leaves.ingress, gate.blocks),
  ];
}

/** What lets pass what one rule allows. */
const allowRules = (rule: ClassRule, family: Family, sets: SetTable): AllowRule[] =>
  ruleMatches(rule, rule.id.direction, family, sets).map((match) => ({
    rule: ruleText(`${match === "" ? "" : `${match} `}-j RETURN`, ruleIdText(rule.id)),
  }));

/** One chain: a chain for each port would be more places in memory, for which packets wait longer than for its rules. */
const classChains = (
  { id, direction, policies }: SubjectClass,
  allowed: readonly AllowRule[],
  _: Family,
  denial: Host["denial"],
): ClassChains => ({
  ports: [],
  chains: new Map([
    [
      classChain(id),
      [
        ...allowed.map(({ rule }) => rule),
        seenRule(direction, classChain(id)),
        ruleText(denialTarget[denial], `${direction} isolated by ${policies.join(", ")}`),
      ],
    ],
  ]),
});

function ownChains(
  family: Family,
  leaves: Leaves,
  startGate: StartGate | undefined,
  host: Host,
  sets: SetTable,
): Chains {
  const isolated = isolatedSets(leaves, sets);
  const gate = gateRules(startGate, family, sets, host);
  return new Map<string, readonly string[]>([
    [FORWARD_CHAIN, forwardChain(family, leaves, gate, host)],
    ...restChains(isolated, gate),
    ...gate.chains,
    ...midStreamChains(family, isolated, host),
    ...refusal(family, host).chains,
    ...directions.flatMap((direction) => [...dispatchChains(direction, leaves[direction], host.selfTraffic)]),
  ]);
}

/** Chains of table mangle, and ipsets. */
export const iptablesLayout: Layout = {
  allowRules,
  classChains,
  ownChains,
  hung: (ruleset, host) => withRefusal({ ...ruleset, hooks: HOOKS }, refusal(ruleset.family, host)),
};

/** Renders a node's program for iptables, of either kind. */
export const renderIptables = (program: NodeProgram, host: Host = plainHost): Ruleset =>
  render(iptablesLayout, program, host);
