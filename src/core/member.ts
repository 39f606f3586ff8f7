import { type Namespace, type Pod, keyOf } from "./cluster.ts";
import type { GroupSelector } from "./policy.ts";
import type { Member } from "./program.ts";
import { isEverything, matches } from "./selector.ts";

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

/** What a group tells of a pod that is in it. */
export const memberOf = (pod: Pod): Member => ({
  pod: keyOf(pod),
  addresses: pod.addresses,
  ports: pod.ports,
});
