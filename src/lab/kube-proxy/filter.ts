import type { ServiceFacts } from "./facts.ts";
import { comment, type Table } from "./table.ts";

/** kube-proxy's filter table: refuse what has no endpoint, let forwarded Service traffic through. */
export function filterTable(services: readonly ServiceFacts[]): Table {
  return {
    name: "filter",
    chains: [
      "KUBE-NODEPORTS",
      "KUBE-SERVICES",
      "KUBE-EXTERNAL-SERVICES",
      "KUBE-FORWARD",
      "KUBE-PROXY-FIREWALL",
    ],
    rules: [
      ...services.flatMap(refusals),
      "-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP",
      `-A KUBE-FORWARD ${comment("kubernetes forwarding rules")} -m mark --mark 0x4000/0x4000 -j ACCEPT`,
      `-A KUBE-FORWARD ${comment("kubernetes forwarding conntrack rule")}` +
        " -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
    ],
  };
}

function refusals(service: ServiceFacts): string[] {
  const { label, protocol, clusterIP, port, nodePort, endpoints, localEndpoints } = service;
  const toNodePort = `-m addrtype --dst-type LOCAL -m ${protocol} -p ${protocol} --dport ${nodePort}`;
  if (endpoints.length === 0) {
    const none = comment(`${label} has no endpoints`);
    return [
      `-A KUBE-SERVICES ${none} -m ${protocol} -p ${protocol} -d ${clusterIP} --dport ${port} -j REJECT`,
      ...(nodePort === undefined ? [] : [`-A KUBE-EXTERNAL-SERVICES ${none} ${toNodePort} -j REJECT`]),
    ];
  }
  // Dropped, not refused: a load balancer is to try another node.
  if (nodePort !== undefined && service.externalTrafficPolicy === "Local" && localEndpoints.length === 0)
    return [`-A KUBE-EXTERNAL-SERVICES ${comment(`${label} has no local endpoints`)} ${toNodePort} -j DROP`];
  return [];
}
