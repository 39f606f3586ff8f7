import { type EnforcerBackend, iptablesBeside } from "./backend.ts";
import { colors } from "./colors.ts";
import { clusterFromManifests } from "../kube/cluster-from-manifests.ts";
import { readManifests } from "../kube/files/read-manifests.ts";
import { sourceProblemText } from "../kube/files/source.ts";
import type { ApiServerKind } from "./cluster/control-plane.ts";
import type { LabCluster } from "./cluster/lab-cluster.ts";
import type { LabShape } from "./context.ts";
import { type EnforcerMode, experiment } from "./experiment.ts";
import { createLab } from "./lab.ts";
import { disagreements, grid, summary } from "./matrix/report.ts";
import { startProgress } from "./progress.ts";
import { teardown } from "./teardown.ts";

export interface RunOptions extends Omit<LabShape, "backend"> {
  readonly backend: EnforcerBackend;
  readonly manifests: readonly string[];
  readonly name: string;
  readonly keep: boolean;
  readonly maxReplicas: number;
  readonly mode: EnforcerMode;
  readonly apiServer: ApiServerKind;
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
  const lab = await createLab({
    ...options,
    backend: iptablesBeside(options.backend),
    onStep: progress.step,
  });
  try {
    const { before, after, cluster } = await experiment(lab, manifests, options, progress);
    progress.end();
    console.log(`\n${colors.bold("Without enforcement")}\n${summary(before)}`);
    console.log(`\n${colors.bold("With Selvedge")}\n\n${grid(after)}\n`);
    for (const line of [...disagreements(before), ...disagreements(after)]) console.log(line);
    console.log(summary(after));
    if (options.keep) console.log(whatStands(cluster, options.backend));
    return [...before, ...after].every(({ agrees }) => agrees) ? 0 : 1;
  } finally {
    progress.end();
    if (!options.keep) await teardown(options.name);
  }
}

function whatStands({ lab, control }: LabCluster, backend: EnforcerBackend): string {
  const [node] = lab.nodes;
  const show = backend === "nftables" ? "nft list table ip selvedge" : `iptables-${backend}-save -t mangle`;
  return [
    "",
    `The lab stands. Its API server: kubectl --server ${control.url} get netpol,pods -A`,
    `A node's rules:                 nsenter -t ${node?.holderPid} -n -m ${show}`,
    "Remove it:                      make lab-down",
  ].join("\n");
}
