import type { Address } from "./address.ts";
import { type ObjectKey, type Pod, keyOf } from "./cluster.ts";
import { digest } from "./digest.ts";
import { podEnd } from "./end.ts";
import { isolatingPolicies } from "./evaluate.ts";
import { namedTraffic } from "./named-ports.ts";
import { everyPodId, needsEveryPod } from "./normalize.ts";
import {
  type Direction,
  type GroupId,
  type Peers,
  type Policy,
  type PortName,
  type Rule,
  type RuleId,
  directions,
  policyKey,
} from "./policy.ts";
import type { Group, Program } from "./program.ts";
import { type GateScope, type StartGate, startGate } from "./start-gate.ts";
import { type Traffic, formatPorts, unionTraffic } from "./traffic.ts";

/** The part of a program that one node carries out: what its own pods may do. */
export interface NodeProgram {
  readonly node: string;
  /** Sorted by id. A pod is in at most one class a direction; a pod that nothing isolates is in none. */
  readonly classes: readonly SubjectClass[];
  /** The groups that the classes' rules name. */
  readonly groups: ReadonlyMap<GroupId, Group>;
  /** Absent where addresses that nobody is known to have stay open. */
  readonly gate?: StartGate;
}

/** The pods of this node that the same policies isolate in one direction, to the same effect. */
export interface SubjectClass {
  /** A digest of direction, policies and what their named ports mean here; stays while the policies' rules change. */
  readonly id: string;
  readonly direction: Direction;
  readonly policies: readonly ObjectKey[];
  readonly rules: readonly ClassRule[];
  /** Sorted by pod. */
  readonly subjects: readonly Subject[];
}

export interface Subject {
  readonly pod: ObjectKey;
  readonly addresses: readonly Address[];
}

export interface ClassRule {
  readonly id: RuleId;
  readonly peers: Peers;
  /** Numbers, and in ingress what the names mean on the pods of this class. */
  readonly ports: Traffic;
  /** Egress only: names that each destination pod gives a meaning of its own. */
  readonly named: readonly PortName[];
}

/** What a rule comes to on any pod, where that hangs on nothing of the pod's: the same value for all classes. */
const resolved = new WeakMap<Rule, ClassRule>();

function resolve(policy: Policy, direction: Direction, rule: Rule, pod: Pod): ClassRule {
  if (direction === "ingress" && rule.ports.named.length > 0) return resolveOn(policy, direction, rule, pod);
  const known = resolved.get(rule);
  // A rule belongs to one policy and direction; where somebody shares its value among several, it is resolved for each.
  if (known?.id.policy === policyKey(policy) && known.id.direction === direction) return known;
  const made = resolveOn(policy, direction, rule, pod);
  resolved.set(rule, made);
  return made;
}

/** An ingress rule's named ports are the subject's own: resolved here once, they cost the kernel nothing. */
function resolveOn(policy: Policy, direction: Direction, rule: Rule, pod: Pod): ClassRule {
  const id = { policy: policyKey(policy), direction, index: rule.index };
  const { numbered, named } = rule.ports;
  if (direction === "egress") return { id, peers: rule.peers, ports: numbered, named };
  const ports = named.reduce((opened, name) => unionTraffic(opened, namedTraffic(name, pod.ports)), numbered);
  return { id, peers: rule.peers, ports, named: [] };
}

/** What the ingress rules' port names mean on this pod, as text: `TCP/http=8080`. */
function meaningOfNames(policies: readonly Policy[], pod: Pod): string[] {
  const names = policies.flatMap(({ rules }) => rules.ingress.flatMap(({ ports }) => ports.named));
  const meanings = names.map((port) => {
    const numbers = formatPorts(namedTraffic(port, pod.ports)[port.protocol]);
    return `${port.protocol}/${port.name}=${numbers}`;
  });
  return [...new Set(meanings)].sort();
}

/** The class that one pod is in by itself, given the policies that isolate it. */
export function classOf(
  policies: readonly Policy[],
  pod: Pod,
  direction: Direction,
): SubjectClass | undefined {
  if (policies.length === 0 || pod.addresses === "unknown") return undefined;
  const keys = policies.map(policyKey);
  const names = direction === "ingress" ? meaningOfNames(policies, pod) : [];
  return {
    id: digest([direction, ...keys, "", ...names].join("\n")),
    direction,
    policies: keys,
    rules: policies.flatMap((policy) =>
      policy.rules[direction].map((rule) => resolve(policy, direction, rule, pod)),
    ),
    subjects: [{ pod: keyOf(pod), addresses: pod.addresses }],
  };
}

/** One class for each id, with the subjects of all, in the order in which they come. Sorted by id. */
export function mergeClasses(classes: readonly SubjectClass[]): SubjectClass[] {
  const merged = Map.groupBy(classes, ({ id }) => id).values();
  return [...merged]
    .flatMap(([first, ...rest]) =>
      first === undefined
        ? []
        : [{ ...first, subjects: [first, ...rest].flatMap(({ subjects }) => subjects) }],
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The groups that a rule asks for. */
export function namedGroups({ peers, named }: ClassRule): GroupId[] {
  const groups = peers.kind === "some" ? [...peers.groups] : [];
  return needsEveryPod(peers, named) ? [...groups, everyPodId] : groups;
}

/**
 * Cuts a program down to one node. `pods` are the node's live pods (`livePods`): subjects are resolved here, from what
 * the node itself knows; only who the peers are comes from afar. With a scope, the start gate stands before all classes.
 */
export function nodeProgram(
  program: Program,
  node: string,
  pods: readonly Pod[],
  scope?: GateScope,
): NodeProgram {
  const local = pods.filter((pod) => pod.node === node).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const classes = mergeClasses(
    directions.flatMap((direction) =>
      local.flatMap(
        (pod) => classOf(isolatingPolicies(program, podEnd(pod), direction), pod, direction) ?? [],
      ),
    ),
  );
  const ids = new Set(classes.flatMap(({ rules }) => rules.flatMap(namedGroups)));
  const groups = [...program.groups].filter(([id]) => ids.has(id));
  const gate = scope === undefined ? {} : { gate: startGate(scope, local) };
  return { node, classes, groups: new Map(groups), ...gate };
}
