import { type Cidr, isInCidr } from "../core/cidr.ts";
import type { ObjectKey, Pod } from "../core/cluster.ts";

/** `off` is an operator's word; `auto` closes wherever it can be known where this node's pods get their addresses. */
export type GateMode = "auto" | "off";

/** Whether the addresses of pods that are still to come are closed, and where. */
export type GateState =
  | { readonly kind: "on"; readonly podCidrs: readonly Cidr[] }
  /** `isAsked`: an operator wants it so. Else it is a trouble: new pods are open until they are programmed. */
  | { readonly kind: "off"; readonly isAsked: boolean; readonly why: string };

export interface GateFacts {
  readonly mode: GateMode;
  /** Of this node; empty where unknown. */
  readonly podCidrs: readonly Cidr[];
  /** This node's live pods. */
  readonly local: readonly Pod[];
  /** A pod of another node with an address in this node's pod CIDRs, if there is one. */
  readonly guest: ObjectKey | undefined;
}

/** Whether one of the pod's addresses is in one of the blocks. */
export const isWithin = ({ addresses }: Pod, blocks: readonly Cidr[]): boolean =>
  addresses !== "unknown" && addresses.some((address) => blocks.some((block) => isInCidr(address, block)));

const off = (why: string): GateState => ({ kind: "off", isAsked: false, why });

/**
 * Where the pod CIDRs do not tell which addresses are this node's pods' (Calico's own IPAM takes no notice of them), the
 * gate would close others': then it is off.
 */
export function gateState({ mode, podCidrs, local, guest }: GateFacts): GateState {
  if (mode === "off") return { kind: "off", isAsked: true, why: "--start-gate=off" };
  if (podCidrs.length === 0) return off("the Node has no spec.podCIDRs");
  if (guest !== undefined) return off(`${guest} of another node has an address in this node's spec.podCIDRs`);
  const placed = local.filter(({ addresses }) => addresses !== "unknown" && addresses.length > 0);
  if (placed.length > 0 && !placed.some((pod) => isWithin(pod, podCidrs)))
    return off("no pod of this node has an address in the Node's spec.podCIDRs");
  return { kind: "on", podCidrs };
}
