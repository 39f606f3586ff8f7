import { type Address, formatAddress } from "./address.ts";
import { type Cidr, isInCidr } from "./cidr.ts";
import type { Pod } from "./cluster.ts";

/** What a node must know to close the addresses of its pods that are still to come. */
export interface GateScope {
  /** `spec.podCIDRs` of the node: where its pods get their addresses. */
  readonly podCidrs: readonly Cidr[];
  /** The node's own addresses, wherever they lie: its bridge's and its tunnel's lie in the pod CIDRs. */
  readonly own: readonly Address[];
}

/**
 * "A pod must be filtered from the very first instant" (NetworkPolicy documentation, "Pod lifecycle"): in a node's pod CIDRs
 * only addresses that somebody is known to have are left to policies. Who turns up at another is a pod that is not
 * programmed yet, and is closed both ways.
 */
export interface StartGate {
  readonly podCidrs: readonly Cidr[];
  /** Addresses in the pod CIDRs: those of the node's pods, isolated or not, and the node's own. Each once. */
  readonly known: readonly Address[];
}

/** `pods` are the node's own live pods, those that the same program's classes judge. */
export function startGate({ podCidrs, own }: GateScope, pods: readonly Pod[]): StartGate {
  const theirs = pods.flatMap(({ addresses }) => (addresses === "unknown" ? [] : addresses));
  const inside = [...theirs, ...own].filter((address) => podCidrs.some((block) => isInCidr(address, block)));
  const known = new Map(inside.map((address) => [formatAddress(address), address]));
  return { podCidrs, known: [...known.values()] };
}
