import { POD_NETWORK } from "../addressing.ts";
import type { Family } from "../backend.ts";
import { serviceChains, type ServiceChains } from "./chain-names.ts";
import type { Endpoint, Service, ServicePort } from "./service.ts";

/** One port of a Service in one family, with all that its rules speak of. */
export interface ServiceFacts extends ServiceChains {
  /** `namespace/name:port`, or without the port's name where it has none. */
  readonly label: string;
  /** `namespace/name/protocol/port name`: what nftables mode makes names of. */
  readonly path: string;
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  readonly nodePort: number | undefined;
  readonly clusterIP: string;
  readonly externalTrafficPolicy: "Cluster" | "Local";
  readonly endpoints: readonly Endpoint[];
  readonly localEndpoints: readonly Endpoint[];
  readonly podNetwork: string;
}

/** The service ports that a node's rules of one family are about. */
export function serviceFacts(services: readonly Service[], node: string, family: Family): ServiceFacts[] {
  return services.flatMap((service) => {
    const clusterIP = service.clusterIPs.find((address) => isOf(family, address));
    if (clusterIP === undefined) return [];
    return service.ports.map((port) => {
      const label = portLabel(service, port);
      const protocol = port.protocol === "TCP" ? "tcp" : "udp";
      const endpoints = port.endpoints.filter(({ address }) => isOf(family, address));
      return {
        ...serviceChains(label, protocol),
        label,
        path: `${service.namespace}/${service.name}/${protocol}/${port.name ?? ""}`,
        protocol,
        port: port.port,
        nodePort: port.nodePort,
        clusterIP,
        externalTrafficPolicy: service.externalTrafficPolicy,
        endpoints,
        localEndpoints: endpoints.filter((endpoint) => endpoint.node === node),
        podNetwork: POD_NETWORK[family],
      };
    });
  });
}

/** `address:port`, with brackets for IPv6. */
export function hostPort(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function isOf(family: Family, address: string): boolean {
  return address.includes(":") === (family === "v6");
}

function portLabel({ namespace, name }: Service, port: ServicePort): string {
  return `${namespace}/${name}${port.name === undefined || port.name === "" ? "" : `:${port.name}`}`;
}
