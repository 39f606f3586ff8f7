import {
  countColumn,
  fieldColumn,
  nodeReadyColumn,
  podColumns,
  podWideColumns,
  selectorColumn,
  servicePortsColumn,
} from "./columns.ts";
import { groupResource, type Resource } from "./resource.ts";

type Row = Partial<Omit<Resource, "schema">> & Pick<Resource, "kind" | "plural">;

/** What `kubectl get all` gets. */
const ALL = ["all"];

const CORE: readonly Row[] = [
  {
    kind: "Namespace",
    plural: "namespaces",
    shortNames: ["ns"],
    namespaced: false,
    hasStatus: true,
    selectableFields: ["status.phase"],
    topLevelFields: ["spec", "status"],
    columns: [fieldColumn("Status", "status.phase")],
  },
  {
    kind: "Node",
    plural: "nodes",
    shortNames: ["no"],
    namespaced: false,
    hasStatus: true,
    selectableFields: ["spec.unschedulable"],
    topLevelFields: ["spec", "status"],
    columns: [nodeReadyColumn],
  },
  {
    kind: "Pod",
    plural: "pods",
    shortNames: ["po"],
    categories: ALL,
    hasStatus: true,
    hasGeneration: true,
    selectableFields: [
      "spec.nodeName",
      "status.phase",
      "status.podIP",
      "spec.serviceAccountName",
      "spec.restartPolicy",
    ],
    topLevelFields: ["spec", "status"],
    columns: [...podColumns, ...podWideColumns],
  },
  {
    kind: "Service",
    plural: "services",
    shortNames: ["svc"],
    categories: ALL,
    hasStatus: true,
    selectableFields: ["spec.clusterIP", "spec.type"],
    topLevelFields: ["spec", "status"],
    columns: [
      fieldColumn("Type", "spec.type"),
      fieldColumn("Cluster-IP", "spec.clusterIP"),
      servicePortsColumn,
    ],
  },
  { kind: "Endpoints", plural: "endpoints", shortNames: ["ep"], topLevelFields: ["subsets"] },
  {
    kind: "ConfigMap",
    plural: "configmaps",
    shortNames: ["cm"],
    topLevelFields: ["data", "binaryData", "immutable"],
    columns: [countColumn("Data", "data")],
  },
  {
    kind: "Secret",
    plural: "secrets",
    topLevelFields: ["data", "stringData", "immutable", "type"],
    selectableFields: ["type"],
    columns: [fieldColumn("Type", "type"), countColumn("Data", "data")],
  },
  {
    kind: "ServiceAccount",
    plural: "serviceaccounts",
    shortNames: ["sa"],
    topLevelFields: ["secrets", "imagePullSecrets", "automountServiceAccountToken"],
  },
  {
    kind: "Event",
    plural: "events",
    shortNames: ["ev"],
    selectableFields: [
      "involvedObject.kind",
      "involvedObject.namespace",
      "involvedObject.name",
      "involvedObject.uid",
      "reason",
      "type",
      "source",
      "reportingComponent",
    ],
    columns: [
      fieldColumn("Type", "type"),
      fieldColumn("Reason", "reason"),
      fieldColumn("Message", "message"),
    ],
  },
];

const NETWORKING: readonly Row[] = [
  {
    kind: "NetworkPolicy",
    plural: "networkpolicies",
    singular: "networkpolicy",
    shortNames: ["netpol"],
    hasGeneration: true,
    topLevelFields: ["spec"],
    columns: [selectorColumn("Pod-Selector", "spec.podSelector")],
  },
];

const WORKLOAD = {
  categories: ALL,
  hasStatus: true,
  hasGeneration: true,
  topLevelFields: ["spec", "status"],
};

const APPS: readonly Row[] = [
  {
    kind: "Deployment",
    plural: "deployments",
    shortNames: ["deploy"],
    ...WORKLOAD,
    columns: [
      fieldColumn("Ready", "status.readyReplicas", 0),
      fieldColumn("Available", "status.availableReplicas", 0),
    ],
  },
  {
    kind: "ReplicaSet",
    plural: "replicasets",
    shortNames: ["rs"],
    ...WORKLOAD,
    columns: [fieldColumn("Desired", "spec.replicas", 0), fieldColumn("Ready", "status.readyReplicas", 0)],
  },
  {
    kind: "StatefulSet",
    plural: "statefulsets",
    shortNames: ["sts"],
    ...WORKLOAD,
    columns: [fieldColumn("Ready", "status.readyReplicas", 0)],
  },
  {
    kind: "DaemonSet",
    plural: "daemonsets",
    shortNames: ["ds"],
    ...WORKLOAD,
    columns: [
      fieldColumn("Desired", "status.desiredNumberScheduled", 0),
      fieldColumn("Ready", "status.numberReady", 0),
    ],
  },
];

const BATCH: readonly Row[] = [
  { kind: "Job", plural: "jobs", ...WORKLOAD, columns: [fieldColumn("Succeeded", "status.succeeded", 0)] },
  {
    kind: "CronJob",
    plural: "cronjobs",
    shortNames: ["cj"],
    ...WORKLOAD,
    columns: [fieldColumn("Schedule", "spec.schedule")],
  },
];

const DISCOVERY: readonly Row[] = [
  {
    kind: "EndpointSlice",
    plural: "endpointslices",
    hasGeneration: true,
    topLevelFields: ["addressType", "endpoints", "ports"],
    columns: [fieldColumn("AddressType", "addressType"), countColumn("Endpoints", "endpoints")],
  },
];

const COORDINATION: readonly Row[] = [
  {
    kind: "Lease",
    plural: "leases",
    topLevelFields: ["spec"],
    columns: [fieldColumn("Holder", "spec.holderIdentity", "")],
  },
];

const API_EXTENSIONS: readonly Row[] = [
  {
    kind: "CustomResourceDefinition",
    plural: "customresourcedefinitions",
    shortNames: ["crd", "crds"],
    categories: ["api-extensions"],
    namespaced: false,
    hasStatus: true,
    hasGeneration: true,
    topLevelFields: ["spec", "status"],
    columns: [fieldColumn("Created At", "metadata.creationTimestamp")],
  },
];

const RBAC: readonly Row[] = [
  { kind: "Role", plural: "roles", topLevelFields: ["rules"] },
  {
    kind: "RoleBinding",
    plural: "rolebindings",
    topLevelFields: ["subjects", "roleRef"],
    columns: [fieldColumn("Role", "roleRef.name")],
  },
  {
    kind: "ClusterRole",
    plural: "clusterroles",
    namespaced: false,
    topLevelFields: ["rules", "aggregationRule"],
  },
  {
    kind: "ClusterRoleBinding",
    plural: "clusterrolebindings",
    namespaced: false,
    topLevelFields: ["subjects", "roleRef"],
    columns: [fieldColumn("Role", "roleRef.name")],
  },
];

/** The same events as in the core group, under other names. */
const EVENTS: readonly Row[] = [
  {
    storage: "events",
    kind: "Event",
    plural: "events",
    shortNames: ["ev"],
    selectableFields: ["regarding.name", "reason", "type"],
    columns: [fieldColumn("Type", "type"), fieldColumn("Reason", "reason"), fieldColumn("Note", "note")],
  },
];

const API_GROUPS: readonly (readonly [group: string, version: string, rows: readonly Row[]])[] = [
  ["", "v1", CORE],
  ["apps", "v1", APPS],
  ["batch", "v1", BATCH],
  ["networking.k8s.io", "v1", NETWORKING],
  ["discovery.k8s.io", "v1", DISCOVERY],
  ["coordination.k8s.io", "v1", COORDINATION],
  ["rbac.authorization.k8s.io", "v1", RBAC],
  ["events.k8s.io", "v1", EVENTS],
  ["apiextensions.k8s.io", "v1", API_EXTENSIONS],
];

/** The built-in kinds, as data. */
export const builtinResources: readonly Resource[] = API_GROUPS.flatMap(([group, version, rows]) =>
  rows.map((row) => ({
    group,
    version,
    singular: row.kind.toLowerCase(),
    namespaced: true,
    shortNames: [],
    categories: [],
    hasStatus: false,
    hasGeneration: false,
    selectableFields: [],
    topLevelFields: [],
    columns: [],
    storage: groupResource({ group, plural: row.plural }),
    ...row,
  })),
);
