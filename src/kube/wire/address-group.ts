import * as z from "zod/mini";
import { formatAddress, parseAddress } from "../../core/address.ts";
import { digest } from "../../core/digest.ts";
import { type GroupSelector, groupId } from "../../core/policy.ts";
import type { Group, Member } from "../../core/program.ts";
import { noted } from "./crd-notes.ts";
import { fromWireSelector, toWireSelector, wireSelector } from "./wire-selector.ts";

const addressText = noted(z.string().check(z.refine((text) => parseAddress(text) !== undefined)), {
  pattern: "^[0-9a-f:.]{2,45}$",
});

const endpoint = z.object({
  pod: noted(z.string(), { description: "namespace/name" }),
  ips: noted(z.array(addressText), { "x-kubernetes-list-type": "atomic" }),
  ports: z.optional(
    noted(
      z.array(
        z.object({
          name: z.string(),
          protocol: z.enum(["TCP", "UDP", "SCTP"]),
          port: z.int().check(z.minimum(1), z.maximum(65535)),
        }),
      ),
      { description: "Its container ports that have a name.", "x-kubernetes-list-type": "atomic" },
    ),
  ),
});

/** How many endpoints one object holds: etcd's limit is 1.5 MiB, and an event should carry little that did not change. */
export const SLICE = 1000;

/** The spec of one AddressGroup: a slice of a group's members. A namespace is named, or selected, never both. */
export const addressGroupSpec = noted(
  z.object({
    group: noted(z.string(), {
      description: "Digest of the selectors: by this name policies speak of the group.",
      pattern: "^[a-z2-7]{24}$",
      // The API server takes no rule over a text that may be of any length.
      maxLength: 24,
      "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "a slice stays its group's" }],
    }),
    namespace: z.optional(z.string()),
    namespaceSelector: z.optional(wireSelector),
    podSelector: wireSelector,
    slice: noted(z.int().check(z.minimum(0)), { description: "Which slice of the group this is, from 0." }),
    slices: noted(z.int().check(z.minimum(1)), { description: "Of how many." }),
    digest: noted(z.string(), {
      description: "Of the whole group's endpoints: slices with different digests never go together.",
      pattern: "^[a-z2-7]{24}$",
    }),
    endpoints: noted(z.array(endpoint), { maxItems: SLICE, "x-kubernetes-list-type": "atomic" }),
  }),
  {
    description: "Some of the pods that a peer of some policy selects, with their addresses.",
    "x-kubernetes-validations": [
      { rule: "self.slice < self.slices", message: "slice must be below slices" },
      {
        rule: "has(self.namespace) != has(self.namespaceSelector)",
        message: "a namespace is named or selected, one of the two",
      },
    ],
  },
);

export type AddressGroupSpec = z.output<typeof addressGroupSpec>;

function toEndpoint({ pod, addresses, ports }: Member): AddressGroupSpec["endpoints"][number] {
  const ips = addresses === "unknown" ? [] : addresses.map(formatAddress);
  return {
    pod,
    ips,
    ...(ports.length > 0 && { ports: ports.map(({ name, protocol, port }) => ({ name, protocol, port })) }),
  };
}

function fromEndpoint({ pod, ips, ports = [] }: AddressGroupSpec["endpoints"][number]): Member {
  return { pod, addresses: ips.flatMap((ip) => parseAddress(ip) ?? []), ports };
}

/** A group as the objects that carry it, at least one. */
export function toAddressGroupSpecs({ id, selector, members }: Group): AddressGroupSpec[] {
  const endpoints = members.map(toEndpoint);
  const { namespaces, pods } = selector;
  const whole = {
    group: id,
    ...(namespaces.kind === "named"
      ? { namespace: namespaces.name }
      : { namespaceSelector: toWireSelector(namespaces.selector) }),
    podSelector: toWireSelector(pods),
    digest: digest(JSON.stringify(endpoints)),
  };
  const slices = Math.max(1, Math.ceil(endpoints.length / SLICE));
  return Array.from({ length: slices }, (_, slice) => ({
    ...whole,
    slice,
    slices,
    endpoints: endpoints.slice(slice * SLICE, (slice + 1) * SLICE),
  }));
}

/**
 * Puts a group together from its slices, in any order. `undefined` where one is missing, bad, or of another version:
 * whoever finds that keeps the last whole version, never half of one.
 */
export function fromAddressGroupSpecs(raw: readonly unknown[]): Group | undefined {
  const parsed = raw.map((each) => addressGroupSpec.safeParse(each));
  const slices = parsed.flatMap(({ data }) => data ?? []).sort((a, b) => a.slice - b.slice);
  const [first] = slices;
  if (first === undefined || slices.length !== raw.length || slices.length !== first.slices) return undefined;
  const whole = slices.every(({ slice, digest: of }, i) => slice === i && of === first.digest);
  const endpoints = slices.flatMap((slice) => slice.endpoints);
  if (!whole || digest(JSON.stringify(endpoints)) !== first.digest) return undefined;
  const selector = selectorOf(first);
  // The id is what policies name; a group that claims another's would open its peers to them.
  if (groupId(selector) !== first.group) return undefined;
  return { id: first.group, selector, members: endpoints.map(fromEndpoint) };
}

function selectorOf({ namespace, namespaceSelector, podSelector }: AddressGroupSpec): GroupSelector {
  const pods = fromWireSelector(podSelector);
  if (namespace !== undefined) return { namespaces: { kind: "named", name: namespace }, pods };
  const wire = namespaceSelector ?? { matchExpressions: [] };
  return { namespaces: { kind: "selected", selector: fromWireSelector(wire) }, pods };
}
