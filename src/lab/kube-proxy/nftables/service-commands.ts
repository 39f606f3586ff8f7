import type { Family } from "../../backend.ts";
import { hostPort, type ServiceFacts } from "../facts.ts";
import type { Endpoint } from "../service.ts";
import { IP } from "./base.ts";
import { endpointName, serviceBase } from "./names.ts";

/** nft's commands for one service port: its chains, then the elements that lead to them. */
export function serviceCommands(service: ServiceFacts, family: Family): string[] {
  const { protocol, port, clusterIP, endpoints } = service;
  const table = `${IP[family]} kube-proxy`;
  const portal = `${clusterIP} . ${protocol} . ${port}`;
  return [
    `add element ${table} cluster-ips { ${clusterIP} }`,
    ...(endpoints.length === 0
      ? [`add element ${table} no-endpoint-services { ${portal} : goto reject-chain }`]
      : [
          ...endpoints.flatMap((endpoint) => endpointCommands(service, endpoint, family)),
          ...portalCommands(service, family),
          `add element ${table} service-ips { ${portal} : goto service-${serviceBase(service)} }`,
        ]),
    ...nodePortCommands(service, family),
  ];
}

function endpointCommands(service: ServiceFacts, endpoint: Endpoint, family: Family): string[] {
  const ip = IP[family];
  const chain = `${ip} kube-proxy ${endpointName(service, endpoint)}`;
  const { address, port } = endpoint;
  return [
    `add chain ${chain}`,
    // Hairpin: a pod that is its own endpoint would answer itself past the node.
    `add rule ${chain} ${ip} saddr ${address} jump mark-for-masquerade`,
    `add rule ${chain} meta l4proto ${service.protocol} dnat to ${hostPort(address, port)}`,
  ];
}

function portalCommands(service: ServiceFacts, family: Family): string[] {
  const ip = IP[family];
  const chain = `${ip} kube-proxy service-${serviceBase(service)}`;
  const { clusterIP, podNetwork, endpoints } = service;
  return [
    `add chain ${chain}`,
    `add rule ${chain} ${ip} daddr ${clusterIP} ${ip} saddr != ${podNetwork} jump mark-for-masquerade`,
    `add rule ${chain} ${spread(service, endpoints)}`,
  ];
}

/** An equal share to each endpoint. */
function spread(service: ServiceFacts, endpoints: readonly Endpoint[]): string {
  const shares = endpoints.map((endpoint, i) => `${i} : goto ${endpointName(service, endpoint)}`);
  return `numgen random mod ${endpoints.length} vmap { ${shares.join(" , ")} }`;
}

function nodePortCommands(service: ServiceFacts, family: Family): string[] {
  const { nodePort, protocol, endpoints, localEndpoints, externalTrafficPolicy } = service;
  if (nodePort === undefined) return [];
  const table = `${IP[family]} kube-proxy`;
  const isLocal = externalTrafficPolicy === "Local";
  const door = `${protocol} . ${nodePort}`;
  if (endpoints.length === 0)
    return [`add element ${table} no-endpoint-nodeports { ${door} : goto reject-chain }`];
  return [
    ...(isLocal ? localCommands(service, family) : clusterCommands(service, family)),
    `add element ${table} service-nodeports { ${door} : goto external-${serviceBase(service)} }`,
    // Dropped, not refused: a load balancer is to try another node.
    ...(isLocal && localEndpoints.length === 0
      ? [`add element ${table} no-endpoint-nodeports { ${door} : drop }`]
      : []),
  ];
}

function clusterCommands(service: ServiceFacts, family: Family): string[] {
  const base = serviceBase(service);
  const external = `${IP[family]} kube-proxy external-${base}`;
  return [
    `add chain ${external}`,
    `add rule ${external} jump mark-for-masquerade`,
    `add rule ${external} goto service-${base}`,
  ];
}

/** To the node's own endpoints with the client's address kept; what comes from inside the cluster may go to any. */
function localCommands(service: ServiceFacts, family: Family): string[] {
  const ip = IP[family];
  const base = serviceBase(service);
  const external = `${ip} kube-proxy external-${base}`;
  const local = `${ip} kube-proxy local-${base}`;
  const { localEndpoints, podNetwork } = service;
  return [
    `add chain ${external}`,
    `add rule ${external} ${ip} saddr ${podNetwork} goto service-${base}`,
    `add rule ${external} fib saddr type local jump mark-for-masquerade`,
    `add rule ${external} fib saddr type local goto service-${base}`,
    ...(localEndpoints.length === 0
      ? []
      : [
          `add chain ${local}`,
          `add rule ${local} ${spread(service, localEndpoints)}`,
          `add rule ${external} goto local-${base}`,
        ]),
  ];
}
