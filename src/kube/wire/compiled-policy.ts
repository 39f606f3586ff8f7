import { stringify } from "safe-stable-stringify";
import * as z from "zod/mini";
import { families } from "../../core/address.ts";
import { addressSet, addressSetCidrs } from "../../core/address-set.ts";
import { formatCidr, parseCidr } from "../../core/cidr.ts";
import { digest } from "../../core/digest.ts";
import { type Interval, intervalSet } from "../../core/intervals.ts";
import {
  type Direction,
  type Peers,
  type Policy,
  type Ports,
  type Rule,
  directions,
} from "../../core/policy.ts";
import { type Traffic, formatPorts, portRange, protocols } from "../../core/traffic.ts";
import { noted } from "./crd-notes.ts";
import { fromWireSelector, toWireSelector, wireSelector } from "./wire-selector.ts";

const protocol = z.enum(["TCP", "UDP", "SCTP"]);

const RANGE = /^(\d{1,5})(?:-(\d{1,5}))?$/;

/** `80` or `8000-8080`; `undefined` for what is no range of ports. */
function parseRange(text: string): Interval<number> | undefined {
  const [, first, last = first] = RANGE.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  return from >= 1 && from <= to && to <= 65535 ? portRange(from, to) : undefined;
}

const portsText = noted(
  z.string().check(z.refine((text) => text.split(",").every((range) => parseRange(range) !== undefined))),
  {
    description: "Ports and ranges, as 80,8000-8080; absent: none.",
    pattern: String.raw`^\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*$`,
  },
);

const cidrText = noted(z.string().check(z.refine((text) => parseCidr(text) !== undefined)), {
  format: "cidr",
});

/** Peers: anybody where neither list is there; both lists empty is nobody. */
const wirePeers = noted(
  z.object({
    groups: z.optional(
      noted(z.array(z.string()), {
        description: "Of AddressGroups: spec.group.",
        "x-kubernetes-list-type": "atomic",
      }),
    ),
    cidrs: z.optional(
      noted(z.array(cidrText), {
        description: "Excepts are subtracted.",
        "x-kubernetes-list-type": "atomic",
      }),
    ),
  }),
  { description: "Anybody where neither list is there; nobody where both are empty." },
);

/** Ports by protocol, as `80,8000-8080`; `other` is every protocol that has no name here. */
const wirePorts = z.object({
  TCP: z.optional(portsText),
  UDP: z.optional(portsText),
  SCTP: z.optional(portsText),
  other: z.optional(noted(z.boolean(), { description: "Every protocol without a name here." })),
  named: z.optional(
    noted(z.array(z.object({ protocol, name: z.string() })), {
      description: "Names of container ports, looked up on the destination pod.",
      "x-kubernetes-list-type": "atomic",
    }),
  ),
});

const wireRule = z.object({
  index: noted(z.int().check(z.minimum(0)), { description: "Of the rule in the NetworkPolicy's list." }),
  peers: wirePeers,
  ports: wirePorts,
});

const ruleList = (): z.ZodMiniArray<typeof wireRule> =>
  noted(z.array(wireRule), { default: [], "x-kubernetes-list-type": "atomic" });

/** The spec of a CompiledPolicy, which bears the namespace and name of its NetworkPolicy. */
export const compiledPolicySpec = noted(
  z.object({
    source: z.optional(
      noted(z.object({ uid: z.string(), generation: z.int().check(z.minimum(0)) }), {
        description: "The NetworkPolicy that this was compiled from.",
      }),
    ),
    subject: wireSelector,
    isolates: noted(z.array(z.enum(["ingress", "egress"])), {
      description: "Directions in which the subject's pods are isolated.",
      maxItems: 2,
      "x-kubernetes-list-type": "atomic",
    }),
    ingress: ruleList(),
    egress: ruleList(),
    digest: z.optional(
      noted(z.string(), {
        description:
          "Of what the spec says: where it does not fit, the spec was edited, and is not enforced.",
      }),
    ),
  }),
  {
    description: "A NetworkPolicy in normal form: who is isolated, and what is allowed all the same.",
    "x-kubernetes-validations": directions.map((direction) => ({
      rule: `size(self.${direction}) == 0 || '${direction}' in self.isolates`,
      message: `only a direction that is isolated has rules: ${direction}`,
    })),
  },
);

export type CompiledPolicySpec = z.output<typeof compiledPolicySpec>;

function toWirePeers(peers: Peers): z.output<typeof wirePeers> {
  if (peers.kind === "any") return {};
  const cidrs = families.flatMap((family) => addressSetCidrs(peers.addresses, family).map(formatCidr));
  return { groups: [...peers.groups], cidrs };
}

function toWirePorts({ numbered, named }: Ports): z.output<typeof wirePorts> {
  const ports = protocols.flatMap((each) =>
    numbered[each].length === 0 ? [] : [[each, formatPorts(numbered[each])]],
  );
  return {
    ...Object.fromEntries(ports),
    ...(numbered.other && { other: true }),
    ...(named.length > 0 && { named: named.map(({ protocol, name }) => ({ protocol, name })) }),
  };
}

const digestOf = ({ subject, isolates, ingress, egress }: CompiledPolicySpec): string =>
  digest(stringify({ subject, isolates, ingress, egress }) ?? "");

/** The spec with the digest that goes with it. */
export const sealed = (spec: CompiledPolicySpec): CompiledPolicySpec => ({ ...spec, digest: digestOf(spec) });

export function toCompiledPolicySpec({ subject, isolates, rules }: Policy): CompiledPolicySpec {
  const wireRules = (direction: Direction): CompiledPolicySpec["ingress"] =>
    rules[direction].map(({ index, peers, ports }) => ({
      index,
      peers: toWirePeers(peers),
      ports: toWirePorts(ports),
    }));
  return sealed({
    subject: toWireSelector(subject),
    isolates: directions.filter((direction) => isolates[direction]),
    ingress: wireRules("ingress"),
    egress: wireRules("egress"),
  });
}

function fromWirePorts(wire: z.output<typeof wirePorts>): Ports {
  const ports = (text: string | undefined): Traffic["TCP"] =>
    intervalSet((text?.split(",") ?? []).map(parseRange).filter((range) => range !== undefined));
  return {
    numbered: {
      TCP: ports(wire.TCP),
      UDP: ports(wire.UDP),
      SCTP: ports(wire.SCTP),
      other: wire.other === true,
    },
    named: wire.named ?? [],
  };
}

function fromWirePeers({ groups, cidrs }: z.output<typeof wirePeers>): Peers {
  if (groups === undefined && cidrs === undefined) return { kind: "any" };
  const addresses = addressSet((cidrs ?? []).flatMap((text) => parseCidr(text) ?? []));
  return { kind: "some", groups: (groups ?? []).toSorted(), addresses };
}

const fromWireRule = ({ index, peers, ports }: z.output<typeof wireRule>): Rule => ({
  index,
  peers: fromWirePeers(peers),
  ports: fromWirePorts(ports),
});

/** Reads a spec back; `undefined` for one that no compiler wrote, or not so: whoever finds it keeps the last good version. */
export function fromCompiledPolicySpec(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  raw: unknown,
): Policy | undefined {
  const wire = compiledPolicySpec.safeParse(raw);
  // A hand that opens a pod writes what the schema allows, and knows no digest.
  if (!wire.success || wire.data.digest !== digestOf(wire.data)) return undefined;
  const { subject, isolates, ingress, egress } = wire.data;
  return {
    namespace,
    name,
    subject: fromWireSelector(subject),
    isolates: { ingress: isolates.includes("ingress"), egress: isolates.includes("egress") },
    rules: { ingress: ingress.map(fromWireRule), egress: egress.map(fromWireRule) },
  };
}
