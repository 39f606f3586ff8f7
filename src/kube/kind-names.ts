/** A kind that people may name, and whether its objects are in a namespace. */
export interface NamedKind {
  readonly kind: string;
  readonly isNamespaced: boolean;
}

/** Each kind that Selvedge reads: singular, plural and short names, as `kubectl api-resources` lists them. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  Namespace: ["namespace", "namespaces", "ns"],
  Node: ["node", "nodes", "no"],
  Pod: ["pod", "pods", "po"],
  Service: ["service", "services", "svc"],
  EndpointSlice: ["endpointslice", "endpointslices"],
  Deployment: ["deployment", "deployments", "deploy"],
  StatefulSet: ["statefulset", "statefulsets", "sts"],
  DaemonSet: ["daemonset", "daemonsets", "ds"],
  ReplicaSet: ["replicaset", "replicasets", "rs"],
  ReplicationController: ["replicationcontroller", "replicationcontrollers", "rc"],
  Job: ["job", "jobs"],
  CronJob: ["cronjob", "cronjobs", "cj"],
  NetworkPolicy: ["networkpolicy", "networkpolicies", "netpol"],
};

const CLUSTER_WIDE: ReadonlySet<string> = new Set(["Namespace", "Node"]);

const KINDS: ReadonlyMap<string, NamedKind> = new Map(
  Object.entries(NAMES).flatMap(([kind, names]) =>
    names.map((name) => [name, { kind, isNamespaced: !CLUSTER_WIDE.has(kind) }] as const),
  ),
);

/** The kind that a word names to kubectl, in any case; a group (`deployments.apps`) may follow. */
export const namedKind = (word: string): NamedKind | undefined =>
  KINDS.get(word.toLowerCase().replace(/\..*$/, ""));
