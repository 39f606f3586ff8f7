import type { Node } from "../../src/core/cluster.ts";
import type { Cluster } from "../../src/core/compile.ts";
import type { Service } from "../../src/kube/schema/service.ts";
import type { ManifestCluster } from "../../src/kube/manifest-cluster.ts";

/** A generated cluster as questions take it. */
export const asManifests = (
  { namespaces, pods, policies }: Cluster,
  nodes: readonly Node[],
  services: readonly Service[] = [],
): ManifestCluster => ({
  namespaces,
  pods,
  nodes,
  workloads: [],
  folded: new Map(),
  services,
  endpointSlices: [],
  policies: policies.map((policy) => ({
    policy,
    source: { apiVersion: "", kind: "", raw: {}, source: { file: "" }, locate: () => ({ file: "" }) },
  })),
  sources: { namespaces: new Map(), pods: new Map(), services: new Map(), policies: new Map() },
  ignored: new Map(),
  problems: [],
  warnings: [],
});
