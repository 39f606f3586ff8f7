/** A kind that is read of a live cluster. */
export interface LiveKind {
  readonly kind: string;
  /** As objects name it in `apiVersion`. */
  readonly group: string;
  readonly plural: string;
  /** As people say it. */
  readonly words: string;
}

const of = (group: string, kind: string, words = `${kind.toLowerCase()}s`): LiveKind => ({
  kind,
  group,
  plural: words,
  words,
});

/** Whatever answers hang on, and no more: no ConfigMaps, no Secrets. */
export const liveKinds: readonly LiveKind[] = [
  of("v1", "Namespace"),
  of("v1", "Node"),
  of("v1", "Pod"),
  of("v1", "Service"),
  of("v1", "ReplicationController"),
  of("discovery.k8s.io/v1", "EndpointSlice"),
  of("apps/v1", "Deployment"),
  of("apps/v1", "StatefulSet"),
  of("apps/v1", "DaemonSet"),
  of("apps/v1", "ReplicaSet"),
  of("batch/v1", "Job"),
  of("batch/v1", "CronJob"),
  of("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
];
