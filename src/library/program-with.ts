import type { Party } from "../analysis/party.ts";
import { type Pod, keyOf } from "../core/cluster.ts";
import { compile } from "../core/compile.ts";
import type { Program } from "../core/program.ts";
import type { ManifestCluster } from "../kube/manifest-cluster.ts";
import { namedNamespace } from "../kube/schema/namespace.ts";

const podsOf = ({ end, hostPod }: Party): Pod[] => [
  ...(end.kind === "pod" ? [end.pod] : []),
  // What it would be to a network plugin that tells its packets from its node's.
  ...(hostPod === undefined ? [] : [{ ...hostPod, hostNetwork: false, addresses: "unknown" as const }]),
];

/**
 * The program by which these parties may be judged: `program` itself where all of them are entries of the cluster, else
 * one that also knows those that are not (a workload's single pod, a pod that does not exist yet). Membership in a group
 * is each pod's own, so one pod more changes nothing for the others.
 */
export function programWith(program: Program, cluster: ManifestCluster, parties: readonly Party[]): Program {
  const entries = new Set(cluster.pods);
  const keys = new Map(cluster.pods.map((pod) => [keyOf(pod), pod]));
  const strangers = new Map(
    parties.flatMap((party) =>
      podsOf(party)
        .filter((pod) => !entries.has(pod))
        .map((pod) => [keyOf(pod), pod] as const),
    ),
  );
  for (const [key, pod] of strangers) {
    const entry = keys.get(key);
    // An entry that is only narrowed to its own addresses (`livePods`) is a member as it stands.
    if (entry !== undefined && entry.labels === pod.labels && entry.hostNetwork === pod.hostNetwork)
      strangers.delete(key);
  }
  if (strangers.size === 0) return program;
  const known = new Set(cluster.namespaces.map(({ name }) => name));
  const named = [...new Set([...strangers.values()].map(({ namespace }) => namespace))]
    .filter((name) => !known.has(name))
    .map((name) => namedNamespace(name));
  // Addresses are nobody's here: only who is in which group is asked of this program, and two claims to one address
  // (a pod's and its workload's) must not throw either out.
  const nowhere = (pod: Pod): Pod => ({ ...pod, addresses: "unknown" });
  return compile({
    namespaces: [...cluster.namespaces, ...named],
    pods: [...cluster.pods.filter((pod) => !strangers.has(keyOf(pod))), ...strangers.values()].map(nowhere),
    policies: cluster.policies.map(({ policy }) => policy),
  });
}
