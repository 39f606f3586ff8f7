import { workloadKinds } from "../schema/workload.ts";
import type { Shape } from "./keep.ts";

const name: Shape = { name: "all", generateName: "all", namespace: "all" };
const labelled: Shape = { ...name, labels: "all" };
/** Who owns it folds pods into workloads; when it was made decides who has an address that two pods claim. */
const owned: Shape = {
  ...labelled,
  creationTimestamp: "all",
  ownerReferences: [{ apiVersion: "all", kind: "all", name: "all", uid: "all", controller: "all" }],
};

const ports: Shape = [{ name: "all", containerPort: "all", hostPort: "all", protocol: "all" }];
const podSpec: Shape = {
  nodeName: "all",
  hostNetwork: "all",
  containers: [{ name: "all", ports }],
  initContainers: [{ name: "all", restartPolicy: "all", ports }],
};
const template: Shape = { metadata: { labels: "all" }, spec: podSpec };

const workload: Shape = {
  metadata: owned,
  spec: {
    replicas: "all",
    parallelism: "all",
    template,
    jobTemplate: { spec: { parallelism: "all", template } },
  },
};

/**
 * Of each kind, the fields that Selvedge reads, and no others: no env, no arguments, no volumes, no images, no annotations.
 * A list of what to keep, not of what to drop: a field that Kubernetes grows tomorrow stays out.
 */
export const snapshotShapes: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ["Namespace", { metadata: labelled }],
  [
    "Node",
    {
      metadata: name,
      spec: { podCIDR: "all", podCIDRs: "all" },
      status: { addresses: [{ type: "all", address: "all" }] },
    },
  ],
  [
    "Pod",
    {
      metadata: owned,
      spec: podSpec,
      status: { phase: "all", podIP: "all", podIPs: [{ ip: "all" }] },
    },
  ],
  [
    "Service",
    {
      metadata: name,
      spec: {
        type: "all",
        selector: "all",
        ports: [{ name: "all", protocol: "all", port: "all", targetPort: "all", nodePort: "all" }],
        clusterIP: "all",
        clusterIPs: "all",
        externalTrafficPolicy: "all",
      },
    },
  ],
  [
    "EndpointSlice",
    {
      metadata: { ...name, labels: { "kubernetes.io/service-name": "all" } },
      addressType: "all",
      endpoints: [{ addresses: "all" }],
      ports: [{ name: "all", protocol: "all", port: "all" }],
    },
  ],
  ["NetworkPolicy", { metadata: name, spec: "all" }],
  ...workloadKinds.map((kind): [string, Shape] => [kind, workload]),
]);
