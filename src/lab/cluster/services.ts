import { formatAddress } from "../../core/address.ts";
import { type Pod, keyOf } from "../../core/cluster.ts";
import { livePods } from "../../core/live-pods.ts";
import { matches, selector } from "../../core/selector.ts";
import type { Service, ServicePort } from "../../kube/schema/service.ts";
import type {
  Endpoint,
  Service as ProxiedService,
  ServicePort as ProxiedPort,
} from "../kube-proxy/service.ts";

/** A Service with addresses of its own, and the pods behind each of its ports. */
export interface LabService extends ProxiedService {
  readonly ports: readonly (ProxiedPort & { readonly targets: readonly Target[] })[];
}

/** A pod behind a Service port, and the port that it is reached on. */
export interface Target {
  readonly pod: Pod;
  readonly port: number;
}

/** Two addresses for every Service: the lab's cluster is dual-stack and gives both, whatever was asked for. */
const clusterIPs = (index: number): string[] => [
  `10.96.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`,
  `fd00:10:96::${(index + 1).toString(16)}`,
];

function targetsOf(pods: readonly Pod[], { protocol, targetPort }: ServicePort): Target[] {
  return pods.flatMap((pod) => {
    if (typeof targetPort === "number") return [{ pod, port: targetPort }];
    const named = pod.ports.find(({ name, protocol: spoken }) => name === targetPort && spoken === protocol);
    return named === undefined ? [] : [{ pod, port: named.port }];
  });
}

function endpointsOf({ pod, port }: Target): Endpoint[] {
  const addresses = pod.addresses === "unknown" ? [] : pod.addresses;
  return addresses.map((address) => ({ address: formatAddress(address), port, node: pod.node ?? "" }));
}

/** What kube-proxy and the endpoints controller would make of the Services, with these pods in the cluster. */
export function labServices(services: readonly Service[], pods: readonly Pod[]): LabService[] {
  const live = livePods(pods);
  const routed = services.filter(
    ({ type, clusterIPs: given, selector: labels }) =>
      type !== "ExternalName" && given !== "None" && labels !== undefined,
  );
  const sorted = routed.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return sorted.map((service, index) => {
    const chosen = selector({ matchLabels: service.selector });
    const behind = live.filter((pod) => pod.namespace === service.namespace && matches(chosen, pod.labels));
    return {
      namespace: service.namespace,
      name: service.name,
      clusterIPs: clusterIPs(index),
      externalTrafficPolicy: service.externalTrafficPolicy,
      ports: service.ports.flatMap((port) => {
        const { protocol } = port;
        if (protocol === "SCTP") return [];
        const targets = targetsOf(behind, port);
        return [
          {
            ...(port.name === undefined ? {} : { name: port.name }),
            protocol,
            port: port.port,
            ...(port.nodePort === undefined ? {} : { nodePort: port.nodePort }),
            endpoints: targets.flatMap(endpointsOf),
            targets,
          },
        ];
      }),
    };
  });
}
