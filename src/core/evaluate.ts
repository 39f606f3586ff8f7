import type { Family } from "./address.ts";
import { type ObjectKey, keyOf } from "./cluster.ts";
import { namedTraffic } from "./named-ports.ts";
import { type Answer, type End, isExempt, isWithin, speaks } from "./end.ts";
import {
  type Direction,
  type GroupId,
  type Peers,
  type Policy,
  type Ports,
  type Rule,
  type RuleId,
  policyKey,
} from "./policy.ts";
import type { Program } from "./program.ts";
import { matches } from "./selector.ts";
import {
  type Flow,
  type Traffic,
  allTraffic,
  containsFlow,
  intersectTraffic,
  noTraffic,
  unionTraffic,
} from "./traffic.ts";

/** What passes for sure, and what may pass once unknown addresses are known. `certain` is a subset of `possible`. */
export interface Bounds {
  readonly certain: Traffic;
  readonly possible: Traffic;
}

/** What one rule lets pass between the two ends. */
export interface RuleBounds extends Bounds {
  readonly rule: RuleId;
  /** Whether it names the peer, whatever it opens to it; `maybe`: its address is not known. */
  readonly names: Answer;
}

/** One end's leave: the source's for egress, the destination's for ingress. */
export interface Side extends Bounds {
  readonly direction: Direction;
  /** Keys of the policies that isolate the end in this direction; none: it lets everything pass. */
  readonly isolatedBy: readonly ObjectKey[];
  /** Every rule of those policies, also those that let nothing of this connection pass. */
  readonly rules: readonly RuleBounds[];
}

/** What may pass from a source to a destination over one family: both sides' leave. */
export interface Judgement extends Bounds {
  /** `yes`: policies do not apply; the sides then tell what they would have said. */
  readonly exempt: Answer;
  readonly egress: Side;
  readonly ingress: Side;
}

/** Lookups over a program, built once for each. */
interface Index {
  readonly policies: ReadonlyMap<string, readonly Policy[]>;
  readonly members: ReadonlyMap<GroupId, ReadonlySet<ObjectKey>>;
}

const indexes = new WeakMap<Program, Index>();

function indexOf(program: Program): Index {
  const known = indexes.get(program);
  if (known !== undefined) return known;
  const members = [...program.groups].map(([id, group]): [GroupId, Set<ObjectKey>] => [
    id,
    new Set(group.members.map(({ pod }) => pod)),
  ]);
  const policies = Map.groupBy(
    program.tiers.flatMap((tier) => tier.policies),
    ({ namespace }) => namespace,
  );
  const index: Index = { policies, members: new Map(members) };
  indexes.set(program, index);
  return index;
}

/** The policies that isolate this end; only pods are ever isolated. */
export function isolatingPolicies(program: Program, end: End, direction: Direction): readonly Policy[] {
  if (end.kind !== "pod") return [];
  const { pod } = end;
  const candidates = indexOf(program).policies.get(pod.namespace) ?? [];
  return candidates.filter(({ isolates, subject }) => isolates[direction] && matches(subject, pod.labels));
}

function isInGroup(index: Index, id: GroupId, end: End): boolean {
  return end.kind === "pod" && (index.members.get(id)?.has(keyOf(end.pod)) ?? false);
}

function isPeer(index: Index, peers: Peers, end: End, family: Family): Answer {
  if (peers.kind === "any" || peers.groups.some((id) => isInGroup(index, id, end))) return "yes";
  return isWithin(end, peers.addresses, family);
}

/** The ports that a rule opens on this destination: named ports are looked up on the destination pod. */
function portsOn({ numbered, named }: Ports, destination: End): Traffic {
  if (destination.kind !== "pod") return numbered;
  const { pod } = destination;
  return named.reduce((opened, name) => unionTraffic(opened, namedTraffic(name, pod.ports)), numbered);
}

/** The two ends as one direction sees them. */
interface View {
  readonly direction: Direction;
  readonly subject: End;
  readonly peer: End;
  readonly family: Family;
}

function ruleBounds(index: Index, policy: Policy, rule: Rule, view: View): RuleBounds {
  const { direction, subject, peer, family } = view;
  const answer = isPeer(index, rule.peers, peer, family);
  const opened = answer === "no" ? noTraffic : portsOn(rule.ports, direction === "ingress" ? subject : peer);
  return {
    rule: { policy: policyKey(policy), direction, index: rule.index },
    names: answer,
    certain: answer === "yes" ? opened : noTraffic,
    possible: opened,
  };
}

function judgeSide(program: Program, view: View): Side {
  const { direction } = view;
  const policies = isolatingPolicies(program, view.subject, direction);
  const isolatedBy = policies.map(policyKey);
  if (policies.length === 0) {
    return { direction, isolatedBy, rules: [], certain: allTraffic, possible: allTraffic };
  }
  const index = indexOf(program);
  const rules = policies.flatMap((policy) =>
    policy.rules[direction].map((rule) => ruleBounds(index, policy, rule, view)),
  );
  return {
    direction,
    isolatedBy,
    rules,
    certain: rules.map(({ certain }) => certain).reduce(unionTraffic, noTraffic),
    possible: rules.map(({ possible }) => possible).reduce(unionTraffic, noTraffic),
  };
}

/**
 * Everything that may pass from source to destination over one family, exactly, as sets of destination ports; nothing
 * passes over a family that one of them does not speak. It speaks of new connections: replies pass. Both sides are always
 * judged to the end, so that the answer can explain itself. Never throws.
 */
export function judge(program: Program, source: End, destination: End, family: Family): Judgement {
  const egress = judgeSide(program, { direction: "egress", subject: source, peer: destination, family });
  const ingress = judgeSide(program, { direction: "ingress", subject: destination, peer: source, family });
  const exempt = isExempt(source, destination);
  if (!speaks(source, family) || !speaks(destination, family)) {
    return { exempt, egress, ingress, certain: noTraffic, possible: noTraffic };
  }
  return {
    exempt,
    egress,
    ingress,
    certain: exempt === "yes" ? allTraffic : intersectTraffic(egress.certain, ingress.certain),
    possible: exempt === "no" ? intersectTraffic(egress.possible, ingress.possible) : allTraffic,
  };
}

/** `depends`: on addresses, or on a pod's node, that nobody knows yet. */
export type Verdict = "allowed" | "denied" | "depends";

export function verdictFor({ certain, possible }: Bounds, flow: Flow): Verdict {
  if (containsFlow(certain, flow)) return "allowed";
  return containsFlow(possible, flow) ? "depends" : "denied";
}

/** One question: may the source open this to the destination? */
export interface Connection {
  readonly source: End;
  readonly destination: End;
  readonly family: Family;
  readonly flow: Flow;
}

/** The verdict on one new connection: `judge`, asked about a single flow. */
export function evaluate(program: Program, { source, destination, family, flow }: Connection): Verdict {
  return verdictFor(judge(program, source, destination, family), flow);
}
