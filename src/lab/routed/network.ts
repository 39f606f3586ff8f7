import type { NodeAddressing } from "../addressing.ts";
import { FAMILIES } from "../backend.ts";

/**
 * `ip -batch` lines of a node whose pods are routed to one by one: an address of its pod CIDRs that no pod has leads nowhere, not
 * back to the fabric. Calico writes the same route.
 */
export const routedPodLinks = (node: NodeAddressing): string[] =>
  FAMILIES.map((family) => `route add blackhole ${node.podCidrs[family]}`);
