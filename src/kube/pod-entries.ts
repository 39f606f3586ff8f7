import { append } from "./append.ts";
import type { Address } from "../core/address.ts";
import { type ObjectKey, type Pod, keyOf } from "../core/cluster.ts";
import type { SourcedObject } from "./files/manifest-set.ts";
import type { SourceProblem } from "./files/source.ts";
import type { Workload } from "./manifest-cluster.ts";
import type { ReadObject } from "./read-objects.ts";
import { namedPorts } from "./schema/pod-spec.ts";
import type { WorkloadObject } from "./schema/workload.ts";
import { workloadOwners } from "./workload-owners.ts";

/** Pods as questions name them, one entry for each pod or workload. */
export interface PodEntries {
  readonly pods: readonly Pod[];
  readonly workloads: readonly Workload[];
  readonly sources: ReadonlyMap<ObjectKey, SourcedObject>;
  readonly warnings: readonly SourceProblem[];
  /** Owned workloads and their owners, by name (`Deployment shop/web`). */
  readonly folded: ReadonlyMap<string, string>;
}

/**
 * Makes the entries. A pod that a workload of the files owns (itself, or through a ReplicaSet or Job) is folded into the
 * workload's entry, and so is an owned workload: a folder of manifests and a dump of the cluster that it made have the
 * same entries. Pods whose owner is elsewhere stand for themselves.
 *
 * A workload's entry has its template's labels and ports. Its addresses are those of the pods that were folded into it,
 * and unknown where there are none, or where one of them has none yet.
 *
 * Entries are named `ns/name`. Where a pod and a workload, or two workloads, have one name, it is kept by the pod, else by
 * the first in the order of `workloadKinds`; the other goes by `ns/name.kind` (`shop/web.statefulset`), with a warning.
 */
export function podEntries(
  pods: readonly ReadObject<Pod>[],
  workloads: readonly ReadObject<WorkloadObject>[],
): PodEntries {
  const ownerOf = workloadOwners(new Map(workloads.map(({ object, meta }) => [object, meta])));
  const folded = new Map<string, Pod[]>();
  const sources = new Map<ObjectKey, SourcedObject>();
  const entries: Pod[] = [];
  const warnings: SourceProblem[] = [];

  for (const { value, meta, source } of pods) {
    const owner = ownerOf(meta);
    if (owner === undefined) {
      entries.push(value);
      sources.set(keyOf(value), source);
    } else folded.set(owner, [...(folded.get(owner) ?? []), value]);
  }

  const standing = workloads.filter(({ meta }) => ownerOf(meta) === undefined);
  const made = standing.map(({ object, value, source }): Workload => {
    const name = freeName(value, sources);
    const podKey = keyOf({ namespace: value.namespace, name });
    const holder = sources.get(keyOf(value));
    if (holder !== undefined) {
      const message = `goes by ${podKey}: ${keyOf(value)} is the ${holder.kind} of that name`;
      warnings.push({ ...source.source, object, message });
    }
    sources.set(podKey, source);
    const replicaPods = folded.get(object) ?? [];
    entries.push(workloadPod(value, name, replicaPods));
    const { kind, namespace, replicas, template } = value;
    return { kind, namespace, name: value.name, replicas, template, replicaPods, podKey, source };
  });
  const owned = workloads.flatMap(({ object, meta }): [string, string][] => {
    const owner = ownerOf(meta);
    return owner === undefined ? [] : [[object, owner]];
  });
  return { pods: entries, workloads: made, sources, warnings, folded: new Map(owned) };
}

function freeName({ kind, namespace, name }: WorkloadObject, taken: ReadonlyMap<ObjectKey, unknown>): string {
  let free = name;
  while (taken.has(keyOf({ namespace, name: free }))) free += `.${kind.toLowerCase()}`;
  return free;
}

function workloadPod({ namespace, template }: WorkloadObject, name: string, replicas: readonly Pod[]): Pod {
  const { labels, ports, hostNetwork, node } = template;
  return {
    namespace,
    name,
    labels,
    addresses: addressesOf(replicas.filter(({ finished }) => !finished)),
    ports: namedPorts(ports),
    hostNetwork,
    finished: false,
    createdAt: 0,
    ...(node !== undefined && { node }),
  };
}

function addressesOf(replicas: readonly Pod[]): readonly Address[] | "unknown" {
  const known: Address[] = [];
  for (const { addresses } of replicas) {
    if (addresses === "unknown" || addresses.length === 0) return "unknown";
    append(known, addresses);
  }
  return known.length === 0 ? "unknown" : known;
}
