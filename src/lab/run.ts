import pc from "picocolors";
import { compile } from "../core/compile.ts";
import { livePods } from "../core/live-pods.ts";
import { clusterFromManifests } from "../kube/cluster-from-manifests.ts";
import { readManifests } from "../kube/files/read-manifests.ts";
import { sourceProblemText } from "../kube/files/source.ts";
import type { ManifestCluster } from "../kube/manifest-cluster.ts";
import type { Backend } from "./backend.ts";
import { clusterNow } from "./cluster/cluster-now.ts";
import { startControlPlane } from "./cluster/control-plane.ts";
import { type LabCluster, routeServices, runPods, startEnforcers } from "./cluster/lab-cluster.ts";
import { apply, create } from "./cluster/objects.ts";
import { schedule } from "./cluster/schedule.ts";
import { type Lab, createLab } from "./lab.ts";
import { cells } from "./matrix/cells.ts";
import { type Measured, measure } from "./matrix/measure.ts";
import { disagreements, grid, summary } from "./matrix/report.ts";
import { startProgress } from "./progress.ts";
import { teardown } from "./teardown.ts";

export interface RunOptions {
  readonly manifests: readonly string[];
  readonly name: string;
  readonly backend: Backend;
  readonly keep: boolean;
  readonly maxReplicas: number;
}

const BAD_INPUT = 2;

/**
 * The main job: a cluster from manifests, measured without and with enforcement, and every measurement held against the
 * program. Returns the exit code: 0 where all agree, 1 where one does not, 2 where the manifests are bad (then nothing is built).
 */
export async function runLab(options: RunOptions): Promise<number> {
  const manifests = clusterFromManifests(await readManifests(options.manifests));
  if (manifests.problems.length > 0) {
    for (const problem of manifests.problems) console.error(sourceProblemText(problem));
    console.error(`${manifests.problems.length} problems in the manifests; nothing was built`);
    return BAD_INPUT;
  }
  const progress = startProgress(process.stdout);
  const lab = await createLab({ name: options.name, backend: options.backend, onStep: progress.step });
  try {
    const { before, after, cluster } = await enforceAndMeasure(lab, manifests, options, progress);
    progress.end();
    console.log(`\n${pc.bold("Without enforcement")}\n${summary(before)}`);
    console.log(`\n${pc.bold("With Selvedge")}\n\n${grid(after)}\n`);
    for (const line of [...disagreements(before), ...disagreements(after)]) console.log(line);
    console.log(summary(after));
    if (options.keep) console.log(whatStands(cluster));
    return [...before, ...after].every(({ agrees }) => agrees) ? 0 : 1;
  } finally {
    progress.end();
    if (!options.keep) await teardown(options.name);
  }
}

interface Result {
  readonly before: readonly Measured[];
  readonly after: readonly Measured[];
  readonly cluster: LabCluster;
}

async function enforceAndMeasure(
  lab: Lab,
  manifests: ManifestCluster,
  { backend, maxReplicas }: RunOptions,
  progress: ReturnType<typeof startProgress>,
): Promise<Result> {
  progress.step("API server on loopback, opened into both nodes");
  const control = await startControlPlane(lab);
  const cluster: LabCluster = { lab, control, pods: new Map() };
  for (const { name, labels } of manifests.namespaces) {
    await apply(control.client, { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
  }
  const { plans, capped } = schedule(
    manifests,
    lab.nodes.map(({ name }) => name),
    maxReplicas,
  );
  progress.step(`${plans.length} pods by CNI ADD (bridge, host-local, portmap, loopback)`);
  await runPods(cluster, plans, progress.count);
  for (const workload of capped)
    console.log(`        ${workload}: only ${maxReplicas} replicas run (--max-replicas)`);
  for (const { source } of manifests.workloads) await create(control.client, source.raw);

  progress.step(`${manifests.services.length} Services as kube-proxy writes them`);
  const services = await routeServices(cluster, manifests.services);

  const matrix = async (title: string): Promise<Measured[]> => {
    const now = await clusterNow(control.client);
    const all = cells(cluster, livePods(now.pods), services);
    progress.step(`${title}: ${all.length} probes, both families`);
    return measure(compile(now), all, progress.count);
  };
  const before = await matrix("measuring without enforcement");
  for (const { source } of manifests.policies) await apply(control.client, source.raw);
  progress.step(
    `${manifests.policies.length} NetworkPolicies, and selvedge enforcer on each node (iptables-${backend})`,
  );
  await startEnforcers(cluster, backend);
  const after = await matrix("measuring with enforcement");
  return { before, after, cluster };
}

function whatStands({ lab, control }: LabCluster): string {
  const [node] = lab.nodes;
  return [
    "",
    `The lab stands. Its API server: kubectl --server ${control.url} get netpol,pods -A`,
    `A node's rules:                 nsenter -t ${node?.holderPid} -n -m iptables-${lab.backend}-save -t mangle`,
    "Remove it:                      make lab-down",
  ].join("\n");
}
