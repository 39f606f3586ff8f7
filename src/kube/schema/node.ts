import * as z from "zod/mini";
import { parseAddress } from "../../core/address.ts";
import { type Cidr, parseCidr } from "../../core/cidr.ts";
import type { Node } from "../../core/cluster.ts";
import { type Parsed, decode, parsed, unparsed } from "./decode.ts";
import { noName } from "./identity.ts";
import { objectMetaSchema } from "./object-meta.ts";
import { list, maybe, text } from "./wire.ts";

const nodeSchema = z.object({
  metadata: maybe(objectMetaSchema),
  spec: maybe(z.object({ podCIDR: maybe(text), podCIDRs: maybe(list(text)) })),
  status: maybe(z.object({ addresses: maybe(list(z.object({ type: maybe(text), address: maybe(text) }))) })),
});

const ADDRESS_TYPES: ReadonlySet<string> = new Set(["InternalIP", "ExternalIP"]);

/** A `v1` Node. An address that is none (a cloud's host name, say) is left out: no packet can come from it. */
export function toNode(raw: unknown): Parsed<Node> {
  const wire = decode(nodeSchema, raw, []);
  if (!wire.ok) return wire;
  const { metadata, status } = wire.value;
  if (!metadata?.name) return unparsed([noName()]);
  const addresses = (status?.addresses ?? [])
    .filter((each) => ADDRESS_TYPES.has(each?.type ?? ""))
    .flatMap((each) => parseAddress(each?.address ?? "") ?? []);
  return parsed({ name: metadata.name, addresses });
}

/** `spec.podCIDRs` (or the older `spec.podCIDR`) of a Node: where its pods' addresses come from. Empty where unknown. */
export function toPodCidrs(raw: unknown): Parsed<readonly Cidr[]> {
  const wire = decode(nodeSchema, raw, []);
  if (!wire.ok) return wire;
  const { podCIDR, podCIDRs } = wire.value.spec ?? {};
  const texts = podCIDRs?.length ? podCIDRs : [podCIDR];
  return parsed(texts.flatMap((each) => parseCidr(each ?? "") ?? []));
}
