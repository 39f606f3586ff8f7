import type { Cidr } from "../core/cidr.ts";
import type { Node } from "../core/cluster.ts";
import { type Parsed, parsed } from "../kube/schema/decode.ts";
import { toNode, toPodCidrs } from "../kube/schema/node.ts";

/** A node, and where its pods get their addresses. */
export type PlacedNode = Node & { readonly podCidrs: readonly Cidr[] };

export function toPlacedNode(raw: unknown): Parsed<PlacedNode> {
  const node = toNode(raw);
  if (!node.ok) return node;
  const podCidrs = toPodCidrs(raw);
  return podCidrs.ok ? parsed({ ...node.value, podCidrs: podCidrs.value }) : podCidrs;
}
