import type { Party } from "../analysis/party.ts";
import { formatAddress } from "../core/address.ts";
import { keyOf, type Pod } from "../core/cluster.ts";
import type { Flow } from "../core/traffic.ts";
import type { ManifestCluster } from "../kube/manifest-cluster.ts";
import type { Service, ServicePort } from "../kube/schema/service.ts";
import type { BadEnd } from "./end-spec.ts";
import { inhabitants, podParty, workloadParties } from "./ends.ts";
import type { PortSpec } from "./port-spec.ts";

/** One of those who may answer, and the port on which. */
export interface Target {
  readonly party: Party;
  readonly flow: Flow;
}

/** Where a Service leads. */
export type ServiceTargets =
  | {
      readonly kind: "targets";
      readonly targets: readonly Target[];
      /** Whom the selector finds, and who lack the port that is named. */
      readonly leftOut: readonly string[];
    }
  /** Nobody is behind it: the connection is refused, whatever policies say. */
  | { readonly kind: "nobody"; readonly why: string }
  /** Who is behind it, only the running cluster knows, or not even that. */
  | { readonly kind: "unknown"; readonly why: string };

const selects = (selector: Readonly<Record<string, string>>, { labels }: Pod): boolean =>
  Object.entries(selector).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);

/** The pods that a Service's selector finds, each by itself where it runs. */
function selected({ namespace, selector = {} }: Service, cluster: ManifestCluster): Party[] {
  const ofWorkloads = new Set(cluster.workloads.map(({ podKey }) => podKey));
  const bare = cluster.pods
    .filter((pod) => !ofWorkloads.has(keyOf(pod)) && !pod.finished)
    .map((pod) => podParty(pod));
  const made = cluster.workloads.flatMap((workload) => workloadParties(workload, cluster));
  return [...bare, ...made].filter((party) => {
    const pod = podOf(party);
    return pod !== undefined && pod.namespace === namespace && selects(selector, pod);
  });
}

const podOf = ({ end, hostPod }: Party): Pod | undefined =>
  hostPod ?? (end.kind === "pod" ? end.pod : undefined);

/** The port of a Service that is asked for, by its number or name. */
export function servicePort(service: Service, spec: PortSpec): ServicePort | BadEnd {
  const of = `Service ${keyOf(service)}`;
  if (spec.kind === "other")
    return { kind: "bad", message: `${of} passes on its ports only: ask its pods about ICMP` };
  const { protocol } = spec;
  const found = service.ports.find(
    (port) =>
      port.protocol === protocol &&
      (spec.kind === "number" ? port.port === spec.port : port.name === spec.name),
  );
  if (found !== undefined) return found;
  // Of a host elsewhere any port may be asked for; such a Service need not name one.
  if (service.type === "ExternalName" && spec.kind === "number")
    return { protocol, port: spec.port, targetPort: spec.port };
  const asked = spec.kind === "number" ? `port ${spec.port}` : `port named ${spec.name}`;
  const has = service.ports.map(
    (each) => `${each.port}/${each.protocol}${each.name === undefined ? "" : ` (${each.name})`}`,
  );
  const known = has.length === 0 ? "it has none" : `it has ${has.join(", ")}`;
  return { kind: "bad", message: `${of} has no ${protocol} ${asked}: ${known}` };
}

/** Follows one port of a Service to those behind it, as kube-proxy does: `port` to each one's own `targetPort`. */
export function serviceTargets(
  service: Service,
  port: ServicePort,
  cluster: ManifestCluster,
): ServiceTargets {
  const of = `Service ${keyOf(service)}`;
  if (service.type === "ExternalName")
    return {
      kind: "unknown",
      why: `${of} is another name for a host outside, whose addresses are not known`,
    };
  if (service.selector === undefined || Object.keys(service.selector).length === 0)
    return sliced(service, port, cluster);
  const found = selected(service, cluster);
  if (found.length === 0) return { kind: "nobody", why: `${of} selects no pod: nobody answers` };
  const targets = found.flatMap((party) => targetOf(party, port));
  if (targets.length === 0)
    return {
      kind: "nobody",
      why: `none of the pods of ${of} has a ${port.protocol} port named ${port.targetPort}: nobody answers`,
    };
  const serving = new Set(targets.map(({ party }) => party));
  const leftOut = found.filter((party) => !serving.has(party)).map(({ name }) => name);
  return { kind: "targets", targets, leftOut };
}

function targetOf(party: Party, { protocol, targetPort }: ServicePort): Target[] {
  if (typeof targetPort === "number") return [{ party, flow: { protocol, port: targetPort } }];
  if (/^\d+$/.test(targetPort)) return [{ party, flow: { protocol, port: Number(targetPort) } }];
  const named = podOf(party)?.ports.find((each) => each.name === targetPort && each.protocol === protocol);
  return named === undefined ? [] : [{ party, flow: { protocol, port: named.port } }];
}

/** Without a selector, whoever wrote its EndpointSlices says who is behind it. */
function sliced(service: Service, port: ServicePort, cluster: ManifestCluster): ServiceTargets {
  const of = `Service ${keyOf(service)}`;
  const slices = cluster.endpointSlices.filter(
    (slice) => slice.namespace === service.namespace && slice.service === service.name,
  );
  if (slices.length === 0)
    return { kind: "unknown", why: `${of} has no selector, and no EndpointSlice says who is behind it` };
  const { book } = inhabitants(cluster);
  const targets = slices.flatMap(({ addresses, ports }) =>
    ports
      .filter(({ name, protocol }) => name === (port.name ?? "") && protocol === port.protocol)
      .flatMap((each) =>
        addresses.map((address): Target => {
          const end = book(address);
          const name = end.kind === "pod" ? keyOf(end.pod) : formatAddress(address);
          const party = { name, end, several: false };
          return { party, flow: { protocol: port.protocol, port: each.port ?? port.port } };
        }),
      ),
  );
  if (targets.length > 0) return { kind: "targets", targets, leftOut: [] };
  return { kind: "nobody", why: `the EndpointSlices of ${of} have no address for this port: nobody answers` };
}
