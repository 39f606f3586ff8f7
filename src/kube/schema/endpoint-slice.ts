import * as z from "zod/mini";
import { type Address, parseAddress } from "../../core/address.ts";
import { type Protocol, protocols } from "../../core/traffic.ts";
import { type Parsed, decode, parsed, unparsed } from "./decode.ts";
import { identityOf, noName } from "./identity.ts";
import { objectMetaSchema } from "./object-meta.ts";
import { int32, list, maybe, text } from "./wire.ts";

/** A `discovery.k8s.io/v1` EndpointSlice: some of what is behind a Service. */
export interface EndpointSlice {
  readonly namespace: string;
  readonly name: string;
  /** The Service that it belongs to; absent where its label does not say. */
  readonly service: string | undefined;
  /** Ready or not. Names (`addressType: FQDN`) are left out: no packet goes to a name. */
  readonly addresses: readonly Address[];
  readonly ports: readonly EndpointPort[];
}

export interface EndpointPort {
  /** That of the Service's port that it stands behind; empty where that has none. */
  readonly name: string;
  readonly protocol: Protocol;
  /** Absent: every port. */
  readonly port: number | undefined;
}

const endpointSliceSchema = z.object({
  metadata: maybe(objectMetaSchema),
  endpoints: maybe(list(z.object({ addresses: maybe(list(text)) }))),
  ports: maybe(list(z.object({ name: maybe(text), protocol: maybe(text), port: maybe(int32) }))),
});

const SERVICE_LABEL = "kubernetes.io/service-name";

export function toEndpointSlice(raw: unknown): Parsed<EndpointSlice> {
  const wire = decode(endpointSliceSchema, raw, []);
  if (!wire.ok) return wire;
  const { metadata, endpoints, ports } = wire.value;
  const identity = identityOf(metadata ?? {});
  if (identity === undefined) return unparsed([noName()]);
  return parsed({
    ...identity,
    service: metadata?.labels?.[SERVICE_LABEL] ?? undefined,
    addresses: (endpoints ?? []).flatMap((endpoint) =>
      (endpoint?.addresses ?? []).flatMap((address) => parseAddress(address ?? "") ?? []),
    ),
    ports: (ports ?? []).flatMap((port): EndpointPort[] => {
      const protocol = protocols.find((known) => known === (port?.protocol || "TCP"));
      return protocol === undefined
        ? []
        : [{ name: port?.name ?? "", protocol, port: port?.port ?? undefined }];
    }),
  });
}
