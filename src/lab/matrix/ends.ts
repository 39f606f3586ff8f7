import type { Address, Family } from "../../core/address.ts";
import { parseAddress } from "../../core/address.ts";
import { type Pod, keyOf } from "../../core/cluster.ts";
import { type End, podEnd } from "../../core/end.ts";
import type { DualStack } from "../addressing.ts";
import type { Target } from "../cluster/services.ts";
import type { LabContext } from "../context.ts";
import type { LabNode } from "../node.ts";
import type { Lead } from "./cell.ts";

export const inFamily = (family: Family, { v4, v6 }: DualStack): string => (family === "IPv4" ? v4 : v6);

/** An address that the lab itself has written. */
export function parsed(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`the lab made up ${text}, which is no address`);
  return address;
}

/** A live pod's end at its address of this family. */
export function endAt(
  pod: Pod,
  family: Family,
): { readonly end: End; readonly address: Address } | undefined {
  const address =
    pod.addresses === "unknown" ? undefined : pod.addresses.find((each) => each.family === family);
  if (address === undefined) return undefined;
  const end = podEnd(pod);
  return { address, end: end.kind === "pod" ? { ...end, address } : end };
}

/** A node as other nodes' pods see it: flannel's VXLAN device gives it its address. */
export function nodeEnd(
  { flannel }: LabContext,
  { name, vteps, addresses }: LabNode,
  family: Family,
): Extract<End, { readonly kind: "node" }> {
  const seen = flannel === "vxlan" ? vteps : addresses;
  return { kind: "node", name, addresses: [parsed(inFamily(family, seen))] };
}

/** Where a Service's port may lead in one family. */
export function leadsOf(targets: readonly Target[], protocol: "TCP" | "UDP", family: Family): Lead[] {
  return targets.flatMap(({ pod, port }) => {
    const at = endAt(pod, family);
    return at === undefined ? [] : [{ answerer: keyOf(pod), end: at.end, flow: { protocol, port } }];
  });
}
