import type { DiffSide } from "../analysis/diff/diff-side.ts";
import { namedSets } from "../analysis/map/named-sets.ts";
import type { Party } from "../analysis/party.ts";
import { families } from "../core/address.ts";
import type { AddressSet } from "../core/address-set.ts";
import { type Pod, keyOf } from "../core/cluster.ts";
import { isWithin, podEnd } from "../core/end.ts";
import type { NetworkPolicy } from "../core/network-policy.ts";
import type { Program } from "../core/program.ts";
import type { LabelSelector } from "../core/selector.ts";
import type { ManifestCluster, Workload } from "../kube/manifest-cluster.ts";
import { inhabitants, podParty } from "./ends.ts";
import { allParties } from "./parties.ts";

/** A cluster, and the program that it compiles to. */
export interface Compiled {
  readonly cluster: ManifestCluster;
  readonly program: Program;
}

const keysOf = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string[] => [
  ...Object.keys(matchLabels),
  ...matchExpressions.map(({ key }) => key),
];

/** The labels of pods that a policy looks at. */
function podLabelKeys({ spec }: NetworkPolicy): string[] {
  if (spec === "invalid") return [];
  const { podSelector, ingress = [], egress = [] } = spec;
  const peers = [
    ...ingress.flatMap((rule) => (rule === "invalid" ? [] : (rule.from ?? []))),
    ...egress.flatMap((rule) => (rule === "invalid" ? [] : (rule.to ?? []))),
  ];
  return [podSelector, ...peers.flatMap((peer) => peer.podSelector ?? [])].flatMap(keysOf);
}

/** Pods of a workload that policies of either side can tell from its template: they are ends of their own, too. */
function oddReplicas(sides: readonly Compiled[]): (workload: Workload, entry: Pod | undefined) => Pod[] {
  const keys = new Set(
    sides.flatMap(({ cluster }) => cluster.policies.flatMap(({ policy }) => podLabelKeys(policy))),
  );
  const sets: readonly AddressSet[] = sides.flatMap(({ program }) => namedSets(program));
  const seen = ({ labels }: Pod): string =>
    JSON.stringify([...keys].sort().map((key) => (Object.hasOwn(labels, key) ? labels[key] : null)));
  return ({ replicaPods }, entry) => {
    if (entry === undefined || entry.hostNetwork) return [];
    const isSplit =
      entry.addresses !== "unknown" &&
      sets.some((set) => families.some((family) => isWithin(podEnd(entry), set, family) === "maybe"));
    return replicaPods.filter((pod) => !pod.finished && (isSplit || seen(pod) !== seen(entry)));
  };
}

/** One side of a comparison, by what a map of it would have: pods, workloads, nodes, and addresses outside. */
export function diffSide({ cluster }: Compiled, both: readonly Compiled[]): DiffSide {
  const { pods, nodes } = inhabitants(cluster);
  const odd = oddReplicas(both);
  const entries = new Map(cluster.pods.map((pod) => [keyOf(pod), pod]));
  const named = new Map(allParties(cluster).map((party) => [party.name, party]));
  for (const workload of cluster.workloads) {
    for (const pod of odd(workload, entries.get(workload.podKey)))
      if (!named.has(keyOf(pod))) named.set(keyOf(pod), podParty(pod));
  }
  const hosts = cluster.nodes.map(({ name, addresses }): Party => ({
    name: `node ${name}`,
    end: { kind: "node", name, addresses: addresses.length === 0 ? "unknown" : addresses },
    several: false,
  }));
  return {
    namespaces: cluster.namespaces,
    parties: [...named.values(), ...hosts],
    policies: cluster.policies.map(({ policy }) => policy),
    inhabited: [...pods, ...nodes].flatMap(({ addresses }) => (addresses === "unknown" ? [] : addresses)),
  };
}
