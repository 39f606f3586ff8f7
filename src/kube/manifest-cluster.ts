import type { Namespace, Node, ObjectKey, Pod } from "../core/cluster.ts";
import type { NetworkPolicy } from "../core/network-policy.ts";
import type { SourcedObject } from "./files/manifest-set.ts";
import type { SourceProblem } from "./files/source.ts";
import type { EndpointSlice } from "./schema/endpoint-slice.ts";
import type { Service } from "./schema/service.ts";
import type { PodTemplate, WorkloadKind } from "./schema/workload.ts";

/** What some manifests describe, supplied with what a cluster would supply (see `clusterFromManifests`). */
export interface ManifestCluster {
  /** Those given and those that are only named, sorted by name. */
  readonly namespaces: readonly Namespace[];
  /** One entry for each pod and one for each workload, sorted by key. */
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  readonly workloads: readonly Workload[];
  /** Workloads that are folded into another's entry, by `objectName`, and that other: a Deployment's ReplicaSets. */
  readonly folded: ReadonlyMap<string, string>;
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly policies: readonly SourcedPolicy[];
  /** Where each entity was written; a namespace that is only named has no place. */
  readonly sources: Sources;
  /** Of kinds that Selvedge does not read, how many there were. */
  readonly ignored: ReadonlyMap<string, number>;
  /** What makes the input bad: nothing may be answered from it. */
  readonly problems: readonly SourceProblem[];
  /** What the user should know and may leave as it is. */
  readonly warnings: readonly SourceProblem[];
}

interface Sources {
  readonly namespaces: ReadonlyMap<string, SourcedObject>;
  /** By the key of the pod entry; for a workload's entry, the workload. */
  readonly pods: ReadonlyMap<ObjectKey, SourcedObject>;
  readonly services: ReadonlyMap<ObjectKey, SourcedObject>;
  readonly policies: ReadonlyMap<ObjectKey, SourcedObject>;
}

/** A workload that stands for its pods: owned workloads and pods are folded into their owner. */
export interface Workload {
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
  /** 0 is kept: the workload is in `pods` all the same, since its policies say what it may do once it is scaled up. */
  readonly replicas: number | "per-node";
  readonly template: PodTemplate;
  /** The pods that were folded into its entry, as they are: their labels may be more than the template's. */
  readonly replicaPods: readonly Pod[];
  /** Its entry in `pods`. */
  readonly podKey: ObjectKey;
  readonly source: SourcedObject;
}

export interface SourcedPolicy {
  readonly policy: NetworkPolicy;
  readonly source: SourcedObject;
}
