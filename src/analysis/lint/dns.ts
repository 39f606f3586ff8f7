import { families } from "../../core/address.ts";
import type { Pod } from "../../core/cluster.ts";
import { compile } from "../../core/compile.ts";
import { podEnd } from "../../core/end.ts";
import { judge } from "../../core/evaluate.ts";
import type { Direction } from "../../core/policy.ts";
import type { Program } from "../../core/program.ts";
import {
  type Protocol,
  type Traffic,
  containsFlow,
  intersectTraffic,
  noTraffic,
  unionTraffic,
} from "../../core/traffic.ts";
import type { LintContext } from "./lint-context.ts";
import { matches, selector } from "../../core/selector.ts";

/** Who answers DNS in this cluster, and on which port, after the Service. */
export interface DnsServer {
  readonly pod: Pod;
  readonly ports: Readonly<Record<"UDP" | "TCP", number>>;
}

export interface Dns {
  /** With the servers in it. */
  readonly program: Program;
  readonly servers: readonly DnsServer[];
  /** Nobody is known: then it is taken to be where every installer puts it. */
  readonly isAssumed: boolean;
}

const LABEL = "k8s-app";
const DNS_PORT = 53;

const isNodeLocal = ({ labels }: Pod): boolean => labels[LABEL] === "node-local-dns";

/** As installers have it: CoreDNS behind the Service kube-dns. */
const usual: Pod = {
  namespace: "kube-system",
  name: "kube-dns",
  labels: { [LABEL]: "kube-dns" },
  addresses: "unknown",
  ports: [
    { name: "dns", protocol: "UDP", port: DNS_PORT },
    { name: "dns-tcp", protocol: "TCP", port: DNS_PORT },
  ],
  hostNetwork: false,
  finished: false,
  createdAt: 0,
};

function serverOf(context: LintContext, pod: Pod): DnsServer {
  const service = context.services.find(
    (each) =>
      each.namespace === pod.namespace &&
      each.selector !== undefined &&
      each.ports.some(({ port }) => port === DNS_PORT) &&
      matches(selector({ matchLabels: each.selector }), pod.labels),
  );
  const target = (protocol: Protocol): number => {
    const wanted = service?.ports.find(
      (each) => each.port === DNS_PORT && each.protocol === protocol,
    )?.targetPort;
    if (typeof wanted !== "string") return wanted ?? DNS_PORT;
    return pod.ports.find((each) => each.name === wanted && each.protocol === protocol)?.port ?? DNS_PORT;
  };
  return { pod, ports: { UDP: target("UDP"), TCP: target("TCP") } };
}

/**
 * The cluster's DNS servers: the pods behind the Service `kube-system/kube-dns`, else those with its usual label, else one
 * is assumed. `undefined` where pods ask their own node first (node-local DNS), which policies never close.
 */
export function clusterDns(context: LintContext): Dns | undefined {
  if (context.pods.some(({ pod }) => isNodeLocal(pod))) return undefined;
  const service = context.services.find(
    ({ namespace, name }) => namespace === "kube-system" && name === "kube-dns",
  );
  const labels = service?.selector ?? { [LABEL]: "kube-dns" };
  const wanted = selector({ matchLabels: labels });
  const servers = context.live.filter(
    ({ pod }) =>
      (service === undefined || pod.namespace === service.namespace) && matches(wanted, pod.labels),
  );
  if (servers.length > 0)
    return {
      program: context.program,
      servers: servers.map(({ pod }) => serverOf(context, pod)),
      isAssumed: false,
    };
  const system = { name: "kube-system", labels: { "kubernetes.io/metadata.name": "kube-system" } };
  const namespaces = context.namespaces.some(({ name }) => name === system.name)
    ? context.namespaces
    : [...context.namespaces, system];
  const pods = [...context.pods.map(({ pod }) => pod), usual];
  const policies = context.policies.map(({ policy }) => policy);
  const ports = { UDP: DNS_PORT, TCP: DNS_PORT };
  return {
    program: compile({ namespaces, pods, policies }),
    servers: [{ pod: usual, ports }],
    isAssumed: true,
  };
}

/**
 * Which protocols of DNS the pod surely cannot ask by: because of its own egress, or because of the servers' ingress, where
 * its egress lets it out to one of them.
 */
export function blockedDns({ program, servers }: Dns, asking: Pod, direction: Direction): ("UDP" | "TCP")[] {
  const possible = (server: Pod, sides: readonly Direction[]): Traffic =>
    families
      .map((family) => judge(program, podEnd(asking), podEnd(server), family))
      .map((judged) =>
        judged.exempt === "no"
          ? sides.map((side) => judged[side].possible).reduce(intersectTraffic)
          : noTraffic,
      )
      .reduce(unionTraffic, noTraffic);
  const others = servers.filter(({ pod }) => pod.namespace !== asking.namespace || pod.name !== asking.name);
  const isBlocked = (protocol: "UDP" | "TCP", sides: readonly Direction[]): boolean =>
    others.length > 0 &&
    others.every(
      ({ pod, ports }) => !containsFlow(possible(pod, sides), { protocol, port: ports[protocol] }),
    );
  return (["UDP", "TCP"] as const).filter((protocol) => {
    const isOut = isBlocked(protocol, ["egress"]);
    return direction === "egress" ? isOut : !isOut && isBlocked(protocol, ["egress", "ingress"]);
  });
}
