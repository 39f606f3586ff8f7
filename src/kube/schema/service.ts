import * as z from "zod/mini";
import { type Address, parseAddress } from "../../core/address.ts";
import { type Protocol, protocols } from "../../core/traffic.ts";
import { type FieldProblem, invalid, notSupported } from "../validation/field-problem.ts";
import { portNumberProblems } from "../validation/names.ts";
import { type Parsed, decode, parsed, unparsed } from "./decode.ts";
import { identityOf, noName } from "./identity.ts";
import { toLabels } from "./label-selector.ts";
import { objectMetaSchema } from "./object-meta.ts";
import { int32, list, maybe, text, textMap } from "./wire.ts";

export interface ServicePort {
  readonly name?: string | undefined;
  readonly protocol: Protocol;
  readonly port: number;
  /** A number, or the name of a port of the pods behind; `port` where nothing is said. */
  readonly targetPort: number | string;
  readonly nodePort?: number | undefined;
}

/** A `v1` Service, as far as it says where packets go. */
export interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly type: "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName";
  /** `undefined` where the Service has no selector: whoever writes its EndpointSlices says what is behind it. */
  readonly selector: Readonly<Record<string, string>> | undefined;
  readonly ports: readonly ServicePort[];
  /** Empty until the cluster gives one; `"None"` for a headless Service. */
  readonly clusterIPs: readonly Address[] | "None";
  readonly externalTrafficPolicy: "Cluster" | "Local";
}

const servicePortSchema = z.object({
  name: maybe(text),
  protocol: maybe(text),
  port: maybe(int32),
  targetPort: maybe(z.union([int32, text])),
  nodePort: maybe(int32),
});

const serviceSchema = z.object({
  metadata: maybe(objectMetaSchema),
  spec: maybe(
    z.object({
      type: maybe(text),
      selector: maybe(textMap),
      ports: maybe(list(servicePortSchema)),
      clusterIP: maybe(text),
      clusterIPs: maybe(list(text)),
      externalTrafficPolicy: maybe(text),
    }),
  ),
});

type ServicePortWire = z.output<typeof servicePortSchema>;

const TYPES = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"] as const;
const POLICIES = ["Cluster", "Local"] as const;

/** One of a few words, or the default; another word is a problem. */
function word<T extends string>(
  written: string | null | undefined,
  known: readonly [T, ...T[]],
  field: string,
  problems: FieldProblem[],
): T {
  const found = known.find((each) => each === written);
  if (written && found === undefined) problems.push(notSupported(["spec", field], written, known));
  return found ?? known[0];
}

export function toService(raw: unknown): Parsed<Service> {
  const wire = decode(serviceSchema, raw, []);
  if (!wire.ok) return wire;
  const { type, selector, ports, clusterIP, clusterIPs, externalTrafficPolicy } = wire.value.spec ?? {};
  const identity = identityOf(wire.value.metadata ?? {});
  const problems: FieldProblem[] = [];
  const ips = (clusterIPs?.length ? clusterIPs : [clusterIP]).flatMap((ip) => (ip ? [ip] : []));
  const read = {
    type: word(type, TYPES, "type", problems),
    selector: selector ? toLabels(selector) : undefined,
    ports: (ports ?? []).map((port, i) => servicePort(port ?? {}, i, problems)),
    clusterIPs:
      ips[0] === "None" ? ("None" as const) : ips.flatMap((ip) => clusterAddress(ip, problems) ?? []),
    externalTrafficPolicy: word(externalTrafficPolicy, POLICIES, "externalTrafficPolicy", problems),
  };
  if (identity === undefined) problems.unshift(noName());
  return identity === undefined || problems.length > 0
    ? unparsed(problems)
    : parsed({ ...identity, ...read });
}

function servicePort(wire: ServicePortWire, i: number, problems: FieldProblem[]): ServicePort {
  const path = ["spec", "ports", i];
  const port = wire.port ?? 0;
  const protocol = protocols.find((known) => known === (wire.protocol || "TCP"));
  if (protocol === undefined) problems.push(notSupported([...path, "protocol"], wire.protocol, protocols));
  problems.push(...portNumberProblems(port).map((says) => invalid([...path, "port"], port, says)));
  return {
    ...(wire.name && { name: wire.name }),
    protocol: protocol ?? "TCP",
    port,
    targetPort: wire.targetPort || port,
    ...(wire.nodePort && { nodePort: wire.nodePort }),
  };
}

function clusterAddress(ip: string, problems: FieldProblem[]): Address | undefined {
  const address = parseAddress(ip);
  const detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
  if (address === undefined) problems.push(invalid(["spec", "clusterIPs"], ip, detail));
  return address;
}
