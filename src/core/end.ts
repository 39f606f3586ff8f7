import type { Address, Family } from "./address.ts";
import { type AddressSet, containsAddress, coversFamily } from "./address-set.ts";
import { type Pod, keyOf } from "./cluster.ts";

/** One end of a connection, as policies tell them apart. */
export type End =
  /**
   * A live pod. `replica` tells apart the pods that one entry stands for (a workload's): an entry's replica 0 and
   * replica 1 are two pods with one name. `address` narrows the end to one of the pod's addresses.
   */
  | { readonly kind: "pod"; readonly pod: Pod; readonly replica?: number; readonly address?: Address }
  /** A node or a hostNetwork pod on it, as far as they are known. */
  | {
      readonly kind: "node";
      readonly name: string | undefined;
      readonly addresses: readonly Address[] | "unknown";
    }
  /** An address that is neither a pod's nor a node's. */
  | { readonly kind: "address"; readonly address: Address };

/** `maybe`: it hangs on something that nobody knows before the pod runs. */
export type Answer = "yes" | "no" | "maybe";

/**
 * The end that a pod is. A hostNetwork pod is its node, seen from outside. Of other pods only live ones can be asked about
 * (`livePods`): what a finished one would have been allowed means nothing.
 */
export function podEnd(pod: Pod): End {
  return pod.hostNetwork ? { kind: "node", name: pod.node, addresses: pod.addresses } : { kind: "pod", pod };
}

function addressesOf(end: End): readonly Address[] | "unknown" {
  switch (end.kind) {
    case "pod":
      return end.address === undefined ? end.pod.addresses : [end.address];
    case "node":
      return end.addresses;
    case "address":
      return [end.address];
  }
}

/** Whether the end can speak this family at all. */
export function speaks(end: End, family: Family): boolean {
  const addresses = addressesOf(end);
  return addresses === "unknown" || addresses.some((address) => address.family === family);
}

/** Whether the end's address of this family lies in the set. An unknown address lies for sure only in all of them. */
export function isWithin(end: End, set: AddressSet, family: Family): Answer {
  const addresses = addressesOf(end);
  if (addresses === "unknown") {
    if (coversFamily(set, family)) return "yes";
    return set[family].length === 0 ? "no" : "maybe";
  }
  const own = addresses.filter((address) => address.family === family);
  const inside = own.filter((address) => containsAddress(set, address));
  if (inside.length === 0) return "no";
  // A node or pod with several addresses of one family: which of them it uses is its own choice.
  return inside.length === own.length ? "yes" : "maybe";
}

/** Whether policies stand aside: a pod and itself, a pod and its own node (NetworkPolicy documentation, "Prerequisites"). */
export function isExempt(a: End, b: End): Answer {
  if (a.kind === "pod" && b.kind === "pod") {
    return keyOf(a.pod) === keyOf(b.pod) && (a.replica ?? 0) === (b.replica ?? 0) ? "yes" : "no";
  }
  const [pod, node] = a.kind === "pod" ? [a, b] : [b, a];
  if (pod.kind !== "pod" || node.kind !== "node") return "no";
  if (pod.pod.node === undefined || node.name === undefined) return "maybe";
  return pod.pod.node === node.name ? "yes" : "no";
}
