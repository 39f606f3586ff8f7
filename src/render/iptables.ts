import { type Family, families } from "../core/address.ts";
import type { ClassRule, NodeProgram, SubjectClass } from "../core/node-program.ts";
import { type Direction, directions, ruleIdText } from "../core/policy.ts";
import { type Leaf, dispatchChains, entryRules } from "./dispatch.ts";
import { type IsolatedPods, isolatedPods, restChains } from "./isolated-pods.ts";
import { FORWARD_CHAIN, classChain } from "./names.ts";
import { type GateRules, gateRules } from "./gate.ts";
import { type Host, plainHost } from "./host.ts";
import { linkLocalRules } from "./link-local.ts";
import { midStreamChains, midStreamRules } from "./mid-stream.ts";
import { ruleMatches } from "./matches.ts";
import { seenRule } from "./nflog.ts";
import { denialTarget, refusal, withRefusal } from "./refusal.ts";
import { ruleText } from "./rule-text.ts";
import type { FamilyRuleset, Hook, Ruleset } from "./ruleset.ts";
import { type SetTable, setTable } from "./set-table.ts";

/** RFC 4861: without these no IPv6 neighbour is ever found, so policies never see them. */
const NEIGHBOUR_DISCOVERY = [133, 134, 135, 136, 137];

/** A flow is judged when it is new: of one that stands, a packet pays for this alone. */
const NOT_JUDGED = "-m conntrack ! --ctstate RELATED,ESTABLISHED";

export const HOOKS: readonly Hook[] = [
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

export function forwardChain(
  family: Family,
  isolated: Readonly<Record<Direction, IsolatedPods>>,
  gate: GateRules,
  host: Host,
): string[] {
  const neighbours = NEIGHBOUR_DISCOVERY.map((type) =>
    ruleText(`-p ipv6-icmp -m icmp6 --icmpv6-type ${type} -j RETURN`, "neighbour discovery"),
  );
  return [
    // Our hooks let none of these in. A rule of somebody else may lead here too, and must not have replies judged.
    ruleText("-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN", "judged when it was new"),
    ...(family === "IPv6" ? neighbours : []),
    ...linkLocalRules(family, host),
    ...midStreamRules,
    ...entryRules("egress", isolated.egress.leaves, gate.blocks),
    ...entryRules("ingress", isolated.ingress.leaves, gate.blocks),
  ];
}

/** What lets pass what one rule allows. */
export const allowRules = (rule: ClassRule, family: Family, sets: SetTable): string[] =>
  ruleMatches(rule, rule.id.direction, family, sets).map((match) =>
    ruleText(`${match === "" ? "" : `${match} `}-j RETURN`, ruleIdText(rule.id)),
  );

/** How a class's chain ends: what no rule allows is seen, and dropped or refused. */
export const denyRules = (
  { id, direction, policies }: SubjectClass,
  denial: Host["denial"] = plainHost.denial,
): string[] => [
  seenRule(direction, classChain(id)),
  ruleText(denialTarget[denial], `${direction} isolated by ${policies.join(", ")}`),
];

const classRules = (each: SubjectClass, family: Family, sets: SetTable, { denial }: Host): string[] => [
  ...each.rules.flatMap((rule) => allowRules(rule, family, sets)),
  ...denyRules(each, denial),
];

/** The class's pods as places of the trie, in one family. */
export function leavesOf(each: SubjectClass, family: Family): Leaf[] {
  return each.subjects.flatMap(({ pod, addresses }) =>
    addresses
      .filter((address) => address.family === family)
      .map((address) => ({ address, pod, classId: each.id })),
  );
}

export const compareLeaves = ({ address: a }: Leaf, { address: b }: Leaf): number =>
  a.value < b.value ? -1 : 1;

function renderFamily(program: NodeProgram, family: Family, host: Host): FamilyRuleset {
  const table = setTable(family, program.groups);
  const leavesIn = (direction: Direction): Leaf[] =>
    program.classes
      .filter((each) => each.direction === direction)
      .flatMap((each) => leavesOf(each, family))
      .sort(compareLeaves);
  const leaves = { ingress: leavesIn("ingress"), egress: leavesIn("egress") };
  const isolated = isolatedPods(leaves, table);
  const gate = gateRules(program.gate, family, table, host);
  const refused = refusal(family, host);
  const populated = new Set([...leaves.ingress, ...leaves.egress].map(({ classId }) => classId));
  const chains = new Map<string, readonly string[]>([
    [FORWARD_CHAIN, forwardChain(family, isolated, gate, host)],
    ...restChains(isolated, gate),
    ...gate.chains,
    ...midStreamChains(family, isolated, host),
    ...refused.chains,
    ...directions.flatMap((direction) => [...dispatchChains(direction, leaves[direction], host.selfTraffic)]),
    ...program.classes
      .filter(({ id }) => populated.has(id))
      .map((each): [string, string[]] => [classChain(each.id), classRules(each, family, table, host)]),
  ]);
  return withRefusal({ family, sets: table.sets, chains, hooks: HOOKS }, refused);
}

/** Renders a node's program as ipsets and chains of table mangle (docs/kernel.md). Depends on what is given only. */
export function renderIptables(program: NodeProgram, host: Host = plainHost): Ruleset {
  const [IPv4, IPv6] = families.map((family) => renderFamily(program, family, host));
  if (IPv4 === undefined || IPv6 === undefined) throw new Error("two families are rendered");
  return { IPv4, IPv6 };
}
