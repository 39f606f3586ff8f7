import { type Namespace, type Pod, keyOf } from "./cluster.ts";
import { livePods } from "./live-pods.ts";
import type { NetworkPolicy } from "./network-policy.ts";
import { normalize } from "./normalize.ts";
import { type GroupId, type GroupSelector, policyKey } from "./policy.ts";
import type { Group, Member, Program } from "./program.ts";
import { isEverything, matches } from "./selector.ts";

/** What the compiler reads of a cluster. */
export interface Cluster {
  readonly namespaces: readonly Namespace[];
  readonly pods: readonly Pod[];
  readonly policies: readonly NetworkPolicy[];
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Whether a pod is in a group. The labels of a namespace that has not been seen (its event is still to come) are unknown,
 * so only the empty namespace selector matches it: fails closed, for a moment.
 */
export function isMember(
  { namespaces, pods }: GroupSelector,
  pod: Pick<Pod, "namespace" | "labels">,
  namespace: Namespace | undefined,
): boolean {
  return isInNamespaces(namespaces, pod.namespace, namespace) && matches(pods, pod.labels);
}

function isInNamespaces(
  wanted: GroupSelector["namespaces"],
  name: string,
  namespace: Namespace | undefined,
): boolean {
  if (wanted.kind === "named") return wanted.name === name;
  return namespace === undefined ? isEverything(wanted.selector) : matches(wanted.selector, namespace.labels);
}

export const memberOf = (pod: Pod): Member => ({
  pod: keyOf(pod),
  addresses: pod.addresses,
  ports: pod.ports,
});

function fillGroup(
  id: GroupId,
  selector: GroupSelector,
  pods: readonly Pod[],
  namespaces: ReadonlyMap<string, Namespace>,
): Group {
  const members = pods
    .filter((pod) => isMember(selector, pod, namespaces.get(pod.namespace)))
    .map(memberOf)
    .sort((a, b) => byText(a.pod, b.pod));
  return { id, selector, members };
}

/** Compiles a cluster from scratch. Order of the input does not matter; equal clusters give equal programs. */
export function compile(cluster: Cluster): Program {
  const normalized = cluster.policies.map(normalize);
  const selectors = new Map(normalized.flatMap(({ groups }) => [...groups]));
  const namespaces = new Map(cluster.namespaces.map((namespace) => [namespace.name, namespace]));
  const pods = livePods(cluster.pods);
  const policies = normalized.map(({ policy }) => policy).sort((a, b) => byText(policyKey(a), policyKey(b)));
  const groups = [...selectors]
    .sort(([a], [b]) => byText(a, b))
    .map(([id, selector]): [GroupId, Group] => [id, fillGroup(id, selector, pods, namespaces)]);
  return { tiers: [{ kind: "allow-list", policies }], groups: new Map(groups) };
}
