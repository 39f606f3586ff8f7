import { compile } from "../core/compile.ts";
import { livePods } from "../core/live-pods.ts";
import type { ManifestCluster } from "../kube/manifest-cluster.ts";
import type { EnforcerBackend } from "./backend.ts";
import { backendName } from "../kernel/variant.ts";
import { clusterNow } from "./cluster/cluster-now.ts";
import { type ApiServerKind, startControlPlane } from "./cluster/control-plane.ts";
import {
  type LabCluster,
  routeServices,
  runPods,
  startControlledEnforcers,
  startEnforcers,
} from "./cluster/lab-cluster.ts";
import { apply, create } from "./cluster/objects.ts";
import { schedule } from "./cluster/schedule.ts";
import type { Lab } from "./lab.ts";
import { cells } from "./matrix/cells.ts";
import { type Measured, measure } from "./matrix/measure.ts";
import type { Progress } from "./progress.ts";

export interface ExperimentOptions {
  readonly backend: EnforcerBackend;
  readonly maxReplicas: number;
  /** Who compiles the policies; default `standalone`, each enforcer for itself. */
  readonly mode?: EnforcerMode;
  /** Default `embedded`. */
  readonly apiServer?: ApiServerKind;
}

/** `controller`: a pair of controllers does, and publishes what the enforcers carry out. */
export type EnforcerMode = "standalone" | "controller";

const NAMES: Readonly<Record<ApiServerKind, string>> = {
  embedded: "API server",
  real: "etcd and kube-apiserver",
};

const starters = { standalone: startEnforcers, controller: startControlledEnforcers };

/** What was measured, and the cluster as it then stood. */
export interface Experiment {
  readonly before: readonly Measured[];
  readonly after: readonly Measured[];
  readonly cluster: LabCluster;
}

/** Runs the manifests' pods in a lab, measures, enforces, measures again. */
export async function experiment(
  lab: Lab,
  manifests: ManifestCluster,
  { backend, maxReplicas, mode = "standalone", apiServer = "embedded" }: ExperimentOptions,
  progress: Progress,
): Promise<Experiment> {
  progress.step(`${NAMES[apiServer]} on loopback, opened into both nodes`);
  const control = await startControlPlane(lab, apiServer);
  const cluster: LabCluster = { lab, control, pods: new Map() };
  for (const { name, labels } of manifests.namespaces) {
    await apply(control.client, { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
  }
  const { plans, capped } = schedule(
    manifests,
    lab.nodes.map(({ name }) => name),
    maxReplicas,
  );
  progress.step(`${plans.length} pods by CNI ADD (${lab.network}, host-local, portmap, loopback)`);
  await runPods(cluster, plans, progress.count);
  for (const workload of capped)
    console.log(`        ${workload}: only ${maxReplicas} replicas run (--max-replicas)`);
  for (const { source } of manifests.workloads) await create(control.client, source.raw);

  progress.step(`${manifests.services.length} Services as kube-proxy writes them (${lab.proxy})`);
  const services = await routeServices(cluster, manifests.services);

  const matrix = async (title: string): Promise<Measured[]> => {
    const now = await clusterNow(control.client);
    const all = cells(cluster, livePods(now.pods), services);
    progress.step(`${title}: ${all.length} probes, both families`);
    return measure(compile(now), all, progress.count);
  };
  const before = await matrix("measuring without enforcement");
  for (const { source } of manifests.policies) await apply(control.client, source.raw);
  const pair = mode === "controller" ? ", a pair of selvedge controller" : "";
  progress.step(
    `${manifests.policies.length} NetworkPolicies${pair}, and selvedge enforcer on each node (${backendName(backend)})`,
  );
  await starters[mode](cluster, backend);
  const after = await matrix("measuring with enforcement");
  return { before, after, cluster };
}
