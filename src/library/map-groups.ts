import { type MapGroup, blockGroup, groupOf } from "../analysis/map/map-end.ts";
import { type WorldBlock, blocksIn, worldBlocks } from "../analysis/map/world-blocks.ts";
import type { Party } from "../analysis/party.ts";
import { type Address, addressBits } from "../core/address.ts";
import { type Cidr, formatCidr, isInCidr } from "../core/cidr.ts";
import { keyOf } from "../core/cluster.ts";
import type { Program } from "../core/program.ts";
import type { ManifestCluster } from "../kube/manifest-cluster.ts";
import type { Service } from "../kube/schema/service.ts";
import type { EndSpec } from "./end-spec.ts";
import { type AskedEnd, inhabitants, podParty, workloadParties } from "./ends.ts";
import { serviceTargets } from "./service-targets.ts";

/** Whom a map is about: everybody in the cluster, and the outside as policies tell it apart. */
export interface MapGroups {
  readonly inside: readonly MapGroup[];
  readonly outside: readonly WorldBlock[];
}

/** One group for each workload, of its real pods where there are some, and for each pod that no workload owns. */
export function mapGroups(cluster: ManifestCluster, program: Program): MapGroups {
  const { pods, nodes } = inhabitants(cluster);
  const ofWorkloads = new Set(
    cluster.workloads.flatMap(({ replicaPods, podKey }) => [podKey, ...replicaPods.map(keyOf)]),
  );
  const bare = [...pods, ...cluster.pods.filter((pod) => pod.hostNetwork && !pod.finished)].filter(
    (pod) => !ofWorkloads.has(keyOf(pod)),
  );
  const workloads = cluster.workloads.flatMap((workload): MapGroup[] => {
    const parties = workloadParties(workload, cluster);
    return parties.length === 0 ? [] : [{ end: { pod: workload.podKey }, name: workload.podKey, parties }];
  });
  const addresses = [
    ...pods.flatMap((pod) => (pod.addresses === "unknown" ? [] : pod.addresses)),
    ...nodes.flatMap((node) => node.addresses),
  ];
  return {
    inside: [...bare.map((pod) => groupOf(podParty(pod))), ...workloads],
    outside: worldBlocks(program, addresses),
  };
}

const addressesOf = ({ end }: Party): readonly Address[] => {
  if (end.kind === "address") return [end.address];
  const addresses = end.kind === "pod" ? end.pod.addresses : end.addresses;
  return addresses === "unknown" ? [] : addresses;
};

/** The groups that have pods of these names. */
function holding(groups: MapGroups, names: ReadonlySet<string>): MapGroup[] {
  return groups.inside.filter(
    ({ name, parties }) => names.has(name) || parties.some((party) => names.has(party.name)),
  );
}

/** A block: the blocks outside that lie in it, and those in the cluster who have some of its addresses. */
function blockGroups(groups: MapGroups, cidr: Cidr): MapGroup[] {
  const inside = groups.inside.filter(({ parties }) =>
    parties.some((party) => addressesOf(party).some((address) => isInCidr(address, cidr))),
  );
  return [...inside, ...blocksIn(groups.outside, cidr).map(blockGroup)];
}

/** Those behind a Service, by any of its ports. */
function serviceGroups(service: Service, groups: MapGroups, cluster: ManifestCluster): MapGroup[] {
  const parties = service.ports.flatMap((port) => {
    const found = serviceTargets(service, port, cluster);
    return found.kind === "targets" ? found.targets.map(({ party }) => party) : [];
  });
  const inside = holding(groups, new Set(parties.map(({ name }) => name)));
  const outside = parties.flatMap(({ end }) => {
    if (end.kind !== "address") return [];
    const { family, value } = end.address;
    return blocksIn(groups.outside, { family, first: value, length: addressBits[family] });
  });
  return [
    ...inside,
    ...new Map(outside.map((block) => [formatCidr(block.cidr), block])).values().map(blockGroup),
  ];
}

/** The ends of a map that a name means. `end` is what was found under it. */
export function groupsNamed(
  spec: EndSpec,
  end: AskedEnd,
  groups: MapGroups,
  cluster: ManifestCluster,
): MapGroup[] {
  if (end.kind === "service") return serviceGroups(end.service, groups, cluster);
  switch (spec.kind) {
    case "world":
      return groups.outside.map(blockGroup);
    case "addresses":
      return blockGroups(groups, spec.cidr);
    case "node":
      return [{ end: { node: spec.name }, name: end.name, parties: end.parties }];
    case "name":
    case "object":
    case "pod":
      return [
        groups.inside.find(({ name }) => name === end.name) ?? {
          end: { pod: end.name },
          name: end.name,
          parties: end.parties,
        },
      ];
  }
}
