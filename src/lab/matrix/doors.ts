import { type Family, families } from "../../core/address.ts";
import { type Pod, keyOf } from "../../core/cluster.ts";
import type { LabCluster } from "../cluster/lab-cluster.ts";
import type { LabService, Target } from "../cluster/services.ts";
import type { LabNode } from "../node.ts";
import type { Lead, Place } from "./cell.ts";
import { endAt, inFamily, leadsOf, nodeEnd } from "./ends.ts";

/** A port of a node that leads to pods. */
export interface Door extends Place {
  readonly node: string;
}

type Leads = (
  node: LabNode,
  service: LabService,
  port: LabService["ports"][number],
  family: Family,
) => readonly Lead[];

const isOn =
  (node: LabNode) =>
  ({ pod }: Target): boolean =>
    pod.node === node.name;

/** NodePorts of every node; one that leads nowhere is left out. */
function nodePorts({ lab }: LabCluster, services: readonly LabService[], leads: Leads): Door[] {
  const door = (node: LabNode, family: Family, service: LabService): Door[] =>
    service.ports.flatMap((port): Door[] => {
      const found = leads(node, service, port, family);
      if (port.nodePort === undefined || found.length === 0) return [];
      const name = `svc ${service.namespace}/${service.name}`;
      return [
        {
          name,
          group: name,
          node: node.name,
          family,
          protocol: port.protocol,
          port: port.nodePort,
          address: inFamily(family, node.addresses),
          via: "NodePort",
          leads: found,
        },
      ];
    });
  return families.flatMap((family) =>
    lab.nodes.flatMap((node) => services.flatMap((service) => door(node, family, service))),
  );
}

/** Under policy Cluster, a node that sends a packet on to another one has put its own address on it. */
function forwarded({ lab }: LabCluster): Leads {
  return (node, { externalTrafficPolicy }, { targets, protocol }, family) => {
    const elsewhere = leadsOf(
      targets.filter((target) => !isOn(node)(target)),
      protocol,
      family,
    );
    if (externalTrafficPolicy === "Local") return elsewhere;
    return elsewhere.map((lead) => ({ ...lead, seenAs: nodeEnd(lab, node, family) }));
  };
}

/** Policies meet the packet after DNAT and before SNAT: at an endpoint on this node as from its sender. */
const here: Leads = (node, _, { targets, protocol }, family) =>
  leadsOf(targets.filter(isOn(node)), protocol, family);

/** hostPorts, which lead to the pod that has them on that node, as from their sender. */
function hostPorts({ lab, pods }: LabCluster, live: readonly Pod[]): Door[] {
  return families.flatMap((family) =>
    live.flatMap((pod): Door[] => {
      const node = lab.nodes.find(({ name }) => name === pod.node);
      const at = endAt(pod, family);
      const running = pods.get(keyOf(pod));
      if (node === undefined || at === undefined || running === undefined || pod.hostNetwork) return [];
      return running.spec.ports.flatMap(({ hostPort, protocol, containerPort }): Door[] => {
        if (hostPort === undefined) return [];
        const lead = { answerer: keyOf(pod), end: at.end, flow: { protocol, port: containerPort } };
        return [
          {
            name: keyOf(pod),
            group: running.group,
            node: node.name,
            family,
            protocol,
            port: hostPort,
            address: inFamily(family, node.addresses),
            via: "hostPort",
            leads: [lead],
          },
        ];
      });
    }),
  );
}

/** What the world finds open on the nodes. Policy Local never sends it to another node. */
export function doorsForWorld(
  cluster: LabCluster,
  live: readonly Pod[],
  services: readonly LabService[],
): Door[] {
  const sent = forwarded(cluster);
  const leads: Leads = (node, service, port, family) => [
    ...here(node, service, port, family),
    ...(service.externalTrafficPolicy === "Local" ? [] : sent(node, service, port, family)),
  ];
  return [...nodePorts(cluster, services, leads), ...hostPorts(cluster, live)];
}

/** What a pod finds open on its own node: NodePorts lead it to any endpoint, whatever the policy. */
export function doorsForPods(
  cluster: LabCluster,
  live: readonly Pod[],
  services: readonly LabService[],
): Door[] {
  const sent = forwarded(cluster);
  const leads: Leads = (...about) => [...here(...about), ...sent(...about)];
  return [...nodePorts(cluster, services, leads), ...hostPorts(cluster, live)];
}
