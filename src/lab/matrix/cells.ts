import type { Address, Family } from "../../core/address.ts";
import { families, formatAddress, parseAddress } from "../../core/address.ts";
import { type Pod, keyOf } from "../../core/cluster.ts";
import { type End, podEnd } from "../../core/end.ts";
import type { DualStack } from "../addressing.ts";
import type { LabCluster } from "../cluster/lab-cluster.ts";
import type { LabService, Target } from "../cluster/services.ts";
import type { LabContext } from "../context.ts";
import type { LabNode } from "../node.ts";
import type { Cell, Lead, Place, Speaker } from "./cell.ts";

/** A port on which nothing listens and that nobody names: it is refused where the way is open, and silent where not. */
const UNLISTED_PORT = 4;
/** The kubelet's; nothing listens here, but a node must be reachable from its own pods on any port. */
const NODE_PORT = 10_250;
const OUTSIDE_PORTS = [80, 443];

const inFamily = (family: Family, { v4, v6 }: DualStack): string => (family === "IPv4" ? v4 : v6);

function parsed(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`the lab made up ${text}, which is no address`);
  return address;
}

/** A live pod's end at its address of this family. */
function endAt(pod: Pod, family: Family): { readonly end: End; readonly address: Address } | undefined {
  const address =
    pod.addresses === "unknown" ? undefined : pod.addresses.find((each) => each.family === family);
  if (address === undefined) return undefined;
  const end = podEnd(pod);
  return { address, end: end.kind === "pod" ? { ...end, address } : end };
}

/** A node as other nodes' pods see it: flannel's VXLAN device gives it its address. */
function nodeEnd({ network }: LabContext, { name, vteps, addresses }: LabNode, family: Family): End {
  const seen = network === "vxlan" ? vteps : addresses;
  return { kind: "node", name, addresses: [parsed(inFamily(family, seen))] };
}

/** The pods that run, the hosts outside, and the nodes, each once a family. */
function speakers({ lab, pods }: LabCluster, live: readonly Pod[]): Speaker[] {
  return families.flatMap((family): Speaker[] => [
    ...live.flatMap((pod): Speaker[] => {
      const running = pods.get(keyOf(pod));
      const at = endAt(pod, family);
      if (running === undefined || at === undefined) return [];
      const { agent, group, node } = running;
      return [{ name: keyOf(pod), group, agent, family, end: at.end, node }];
    }),
    ...lab.outside.addresses.map((addresses): Speaker => {
      const source = inFamily(family, addresses);
      const end: End = { kind: "address", address: parsed(source) };
      return { name: source, group: "outside", agent: lab.outside.agent, family, end, source };
    }),
    ...lab.nodes.flatMap((node, i): Speaker[] => {
      const agent = lab.nodeAgents[i];
      const end = nodeEnd(lab, node, family);
      return agent === undefined
        ? []
        : [{ name: node.name, group: "nodes", agent, family, end, node: node.name }];
    }),
  ]);
}

/** Every port that a pod lists, and one that none does. */
function podPlaces({ pods }: LabCluster, live: readonly Pod[]): Place[] {
  return families.flatMap((family) =>
    live.flatMap((pod): Place[] => {
      const running = pods.get(keyOf(pod));
      const at = endAt(pod, family);
      if (running === undefined || at === undefined) return [];
      const listed = running.spec.ports.map(({ protocol, containerPort }) => ({
        protocol,
        port: containerPort,
      }));
      return [...listed, { protocol: "TCP" as const, port: UNLISTED_PORT }].map(({ protocol, port }) => ({
        name: keyOf(pod),
        group: running.group,
        family,
        protocol,
        port,
        address: formatAddress(at.address),
        via: "address",
        leads: [{ answerer: keyOf(pod), end: at.end, flow: { protocol, port } }],
      }));
    }),
  );
}

function leadsOf(targets: readonly Target[], protocol: "TCP" | "UDP", family: Family): Lead[] {
  return targets.flatMap(({ pod, port }) => {
    const at = endAt(pod, family);
    return at === undefined ? [] : [{ answerer: keyOf(pod), end: at.end, flow: { protocol, port } }];
  });
}

/** ClusterIPs. A Service without endpoints is left out: kube-proxy refuses it, whatever the policies say. */
function servicePlaces(services: readonly LabService[]): Place[] {
  return services.flatMap(({ namespace, name, clusterIPs, ports }) =>
    clusterIPs.flatMap((address) => {
      const { family } = parsed(address);
      return ports.flatMap(({ protocol, port, targets }): Place[] => {
        const leads = leadsOf(targets, protocol, family);
        const service = `svc ${namespace}/${name}`;
        return leads.length === 0
          ? []
          : [{ name: service, group: service, family, protocol, port, address, via: "ClusterIP", leads }];
      });
    }),
  );
}

/**
 * A Service's port on a node. Policies meet the packet after DNAT: at an endpoint on this node as from its sender; at one on another
 * node as from this node, which has put its own address on it (externalTrafficPolicy Local never sends it there).
 */
function nodePortLeads(
  node: LabNode,
  targets: readonly Target[],
  protocol: "TCP" | "UDP",
  { family, local, forwarder }: { readonly family: Family; readonly local: boolean; readonly forwarder: End },
): Lead[] {
  const here = targets.filter(({ pod }) => pod.node === node.name);
  const elsewhere = local ? [] : targets.filter(({ pod }) => pod.node !== node.name);
  const remote = leadsOf(elsewhere, protocol, family).map((lead) => ({ ...lead, seenAs: forwarder }));
  return [...leadsOf(here, protocol, family), ...remote];
}

/** NodePorts, as the world reaches them on every node; one that leads nowhere is left out. */
function nodePortPlaces({ lab }: LabCluster, services: readonly LabService[]): Place[] {
  const place = (node: LabNode, family: Family, service: LabService): Place[] =>
    service.ports.flatMap(({ protocol, nodePort, targets }): Place[] => {
      const local = service.externalTrafficPolicy === "Local";
      const forwarder = nodeEnd(lab, node, family);
      const leads = nodePortLeads(node, targets, protocol, { family, local, forwarder });
      if (nodePort === undefined || leads.length === 0) return [];
      const name = `svc ${service.namespace}/${service.name}`;
      const address = inFamily(family, node.addresses);
      return [{ name, group: name, family, protocol, port: nodePort, address, via: "NodePort", leads }];
    });
  return families.flatMap((family) =>
    lab.nodes.flatMap((node) => services.flatMap((service) => place(node, family, service))),
  );
}

function outsidePlaces({ lab }: LabCluster): Place[] {
  return families.flatMap((family) =>
    lab.outside.addresses.flatMap((addresses) => {
      const address = inFamily(family, addresses);
      const end: End = { kind: "address", address: parsed(address) };
      return OUTSIDE_PORTS.map((port): Place => {
        const flow = { protocol: "TCP", port } as const;
        const leads = [{ answerer: "outside", end, flow }];
        return { name: address, group: "outside", family, ...flow, address, via: "address", leads };
      });
    }),
  );
}

function nodePlaces({ lab }: LabCluster): Place[] {
  const place = (node: LabNode, family: Family): Place => {
    const address = inFamily(family, node.addresses);
    const flow = { protocol: "TCP", port: NODE_PORT } as const;
    const end: End = { kind: "node", name: node.name, addresses: [parsed(address)] };
    return {
      name: node.name,
      group: "nodes",
      family,
      ...flow,
      address,
      via: "address",
      leads: [{ answerer: node.name, end, flow }],
    };
  };
  return families.flatMap((family) => lab.nodes.map((node) => place(node, family)));
}

/**
 * Every speaker asks every pod; ClusterIPs, the world and the nodes are asked by pods, NodePorts by the world: what each
 * can route to.
 */
export function cells(cluster: LabCluster, live: readonly Pod[], services: readonly LabService[]): Cell[] {
  const pods = podPlaces(cluster, live);
  const forPods = [...servicePlaces(services), ...outsidePlaces(cluster), ...nodePlaces(cluster)];
  const forWorld = nodePortPlaces(cluster, services);
  const places = ({ group }: Speaker): readonly Place[] => {
    if (group === "nodes") return pods;
    return group === "outside" ? [...pods, ...forWorld] : [...pods, ...forPods];
  };
  return speakers(cluster, live).flatMap((from) =>
    places(from)
      .filter(({ family }) => family === from.family)
      .map((to) => ({ from, to })),
  );
}
