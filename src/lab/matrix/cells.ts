import { type Family, families, formatAddress } from "../../core/address.ts";
import { type Pod, keyOf } from "../../core/cluster.ts";
import type { End } from "../../core/end.ts";
import type { LabCluster } from "../cluster/lab-cluster.ts";
import type { LabService } from "../cluster/services.ts";
import type { LabNode } from "../node.ts";
import type { Cell, Place, Speaker } from "./cell.ts";
import { doorsForPods, doorsForWorld } from "./doors.ts";
import { endAt, inFamily, leadsOf, nodeEnd, parsed } from "./ends.ts";

/** A port on which nothing listens and that nobody names: it is refused where the way is open, and silent where not. */
const UNLISTED_PORT = 4;
/** The kubelet's; nothing listens here, but a node must be reachable from its own pods on any port. */
const NODE_PORT = 10_250;
const OUTSIDE_PORTS = [80, 443];

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
 * Every speaker asks every pod; ClusterIPs, the world, the nodes and their own node's doors are asked by pods, all nodes' doors
 * by the world: what each can route to.
 */
export function cells(cluster: LabCluster, live: readonly Pod[], services: readonly LabService[]): Cell[] {
  const pods = podPlaces(cluster, live);
  const forPods = [...servicePlaces(services), ...outsidePlaces(cluster), ...nodePlaces(cluster)];
  const forWorld = doorsForWorld(cluster, live, services);
  const onNode = Map.groupBy(doorsForPods(cluster, live, services), ({ node }) => node);
  const places = ({ group, end, node = "" }: Speaker): readonly Place[] => {
    if (group === "nodes") return pods;
    if (group === "outside") return [...pods, ...forWorld];
    // A hostNetwork pod's packets are its node's own, which take other ways to the doors.
    return [...pods, ...forPods, ...(end.kind === "pod" ? (onNode.get(node) ?? []) : [])];
  };
  return speakers(cluster, live).flatMap((from) =>
    places(from)
      .filter(({ family }) => family === from.family)
      .map((to) => ({ from, to })),
  );
}
