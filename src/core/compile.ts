import type { Namespace, Pod } from "./cluster.ts";
import { livePods } from "./live-pods.ts";
import { isMember, memberOf } from "./member.ts";
import type { NetworkPolicy } from "./network-policy.ts";
import { normalize } from "./normalize.ts";
import { type GroupId, type GroupSelector, policyKey } from "./policy.ts";
import type { Group, Program } from "./program.ts";

/**
 * What the compiler reads of a cluster. A namespace that pods or policies name and that is not listed has no labels that
 * anyone knows: only `namespaceSelector: {}` matches it.
 */
export interface Cluster {
  readonly namespaces: readonly Namespace[];
  /** All there are; who among them is no subject and no peer is `livePods`' to tell. */
  readonly pods: readonly Pod[];
  readonly policies: readonly NetworkPolicy[];
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

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

/**
 * Compiles a cluster from scratch. Order of the input does not matter; equal clusters give equal programs. Never throws:
 * what a policy says wrongly arrives as `"invalid"` and denies.
 */
export function compile(cluster: Cluster): Program {
  const normalized = cluster.policies.map(normalize);
  const selectors = new Map(normalized.flatMap(({ groups }) => [...groups]));
  const namespaces = new Map(cluster.namespaces.map((namespace) => [namespace.name, namespace]));
  const pods = livePods(cluster.pods);
  const policies = normalized.map(({ policy }) => policy).sort((a, b) => byText(policyKey(a), policyKey(b)));
  const groups = [...selectors].map(([id, selector]): [GroupId, Group] => [
    id,
    fillGroup(id, selector, pods, namespaces),
  ]);
  return { tiers: [{ kind: "allow-list", policies }], groups: new Map(groups) };
}
