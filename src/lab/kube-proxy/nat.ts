import { endpointChain } from "./chain-names.ts";
import { hostPort, type ServiceFacts } from "./facts.ts";
import type { Endpoint } from "./service.ts";
import { comment, type Table } from "./table.ts";

const MARK = "0x4000";

/** kube-proxy's nat table: where a Service's traffic goes, and what of it must come back this way. */
export function natTable(services: readonly ServiceFacts[]): Table {
  const parts = services.map(serviceRules);
  return {
    name: "nat",
    chains: [
      "KUBE-SERVICES",
      "KUBE-NODEPORTS",
      "KUBE-POSTROUTING",
      "KUBE-MARK-MASQ",
      // Two services' endpoints never share a chain, but one service's two policies do.
      ...new Set(parts.flatMap(({ chains }) => chains)),
    ],
    rules: [
      `-A KUBE-POSTROUTING -m mark ! --mark ${MARK}/${MARK} -j RETURN`,
      // The mark goes off again, or a packet that comes by twice would be masqueraded twice.
      `-A KUBE-POSTROUTING -j MARK --xor-mark ${MARK}`,
      `-A KUBE-POSTROUTING ${comment("kubernetes service traffic requiring SNAT")} -j MASQUERADE --random-fully`,
      `-A KUBE-MARK-MASQ -j MARK --or-mark ${MARK}`,
      ...parts.flatMap(({ rules }) => rules),
      `-A KUBE-SERVICES ${comment("kubernetes service nodeports; NOTE: this must be the last rule in this chain")}` +
        " -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS",
    ],
  };
}

interface Part {
  readonly chains: readonly string[];
  readonly rules: readonly string[];
}

function serviceRules(service: ServiceFacts): Part {
  // Without endpoints the filter table rejects; nat has nothing to say.
  if (service.endpoints.length === 0) return { chains: [], rules: [] };
  const { label, protocol, cluster, clusterIP, port, podNetwork } = service;
  const portal = `${comment(`${label} cluster IP`)} -m ${protocol} -p ${protocol} -d ${clusterIP} --dport ${port}`;
  const external = externalRules(service);
  return {
    chains: [
      cluster,
      ...external.chains,
      ...service.endpoints.map((endpoint) => sepChain(service, endpoint)),
    ],
    rules: [
      `-A KUBE-SERVICES ${portal} -j ${cluster}`,
      ...external.rules,
      `-A ${cluster} ${portal} ! -s ${podNetwork} -j KUBE-MARK-MASQ`,
      ...spreadRules(service, cluster, service.endpoints),
      ...service.endpoints.flatMap((endpoint) => endpointRules(service, endpoint)),
    ],
  };
}

/**
 * NodePort: to any endpoint, masqueraded (Cluster), or to the node's own with the client's address kept
 * (Local).
 */
function externalRules(service: ServiceFacts): Part {
  const { label, protocol, nodePort, cluster, local, external, podNetwork } = service;
  if (nodePort === undefined) return { chains: [], rules: [] };
  const entry = `-A KUBE-NODEPORTS ${comment(label)} -m ${protocol} -p ${protocol} --dport ${nodePort} -j ${external}`;
  const what = `traffic for ${label} external destinations`;
  if (service.externalTrafficPolicy === "Cluster")
    return {
      chains: [external],
      rules: [
        entry,
        `-A ${external} ${comment(`masquerade ${what}`)} -j KUBE-MARK-MASQ`,
        `-A ${external} -j ${cluster}`,
      ],
    };
  const fromHere = "-m addrtype --src-type LOCAL";
  return {
    chains: [external, local],
    rules: [
      entry,
      // What comes from inside the cluster may go to any endpoint.
      `-A ${external} ${comment(`pod ${what}`)} -s ${podNetwork} -j ${cluster}`,
      `-A ${external} ${comment(`masquerade LOCAL ${what}`)} ${fromHere} -j KUBE-MARK-MASQ`,
      `-A ${external} ${comment(`route LOCAL ${what}`)} ${fromHere} -j ${cluster}`,
      ...(service.localEndpoints.length === 0 ? [] : [`-A ${external} -j ${local}`]),
      ...spreadRules(service, local, service.localEndpoints),
    ],
  };
}

/** An equal share to each endpoint: of n that are left, one in n; the last takes what comes. */
function spreadRules(service: ServiceFacts, chain: string, endpoints: readonly Endpoint[]): string[] {
  return endpoints.map((endpoint, i) => {
    const left = endpoints.length - i;
    const chance = left === 1 ? "" : ` -m statistic --mode random --probability ${(1 / left).toFixed(10)}`;
    const way = comment(`${service.label} -> ${hostPort(endpoint.address, endpoint.port)}`);
    return `-A ${chain} ${way}${chance} -j ${sepChain(service, endpoint)}`;
  });
}

function endpointRules(service: ServiceFacts, endpoint: Endpoint): string[] {
  const { label, protocol } = service;
  const chain = sepChain(service, endpoint);
  return [
    // Hairpin: a pod that is its own endpoint would answer itself past the node.
    `-A ${chain} ${comment(label)} -s ${endpoint.address} -j KUBE-MARK-MASQ`,
    `-A ${chain} ${comment(label)} -m ${protocol} -p ${protocol}` +
      ` -j DNAT --to-destination ${hostPort(endpoint.address, endpoint.port)}`,
  ];
}

function sepChain({ label, protocol }: ServiceFacts, { address, port }: Endpoint): string {
  return endpointChain(label, protocol, hostPort(address, port));
}
