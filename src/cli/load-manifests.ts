import { compile } from "../core/compile.ts";
import type { Program } from "../core/program.ts";
import { clusterFromManifests } from "../kube/cluster-from-manifests.ts";
import { readManifests } from "../kube/files/read-manifests.ts";
import { sourceProblemText } from "../kube/files/source.ts";
import type { ManifestCluster } from "../kube/manifest-cluster.ts";
import { UsageError } from "./exit-codes.ts";

export interface Loaded {
  readonly cluster: ManifestCluster;
  readonly program: Program;
}

const SHOWN = 50;

/** `3 objects of other kinds ignored: ConfigMap (2), Ingress (1)`. */
function ignoredText(ignored: ManifestCluster["ignored"]): string {
  const kinds = [...ignored]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, count]) => `${kind} (${count})`);
  const count = [...ignored.values()].reduce((sum, each) => sum + each, 0);
  return `${count} ${count === 1 ? "object" : "objects"} of other kinds ignored: ${kinds.join(", ")}`;
}

function note(text: string): void {
  process.stderr.write(`selvedge: ${text}\n`);
}

/**
 * Reads what `-f` names and compiles it. Anything wrong in it is said, with its place, and nothing is answered: what is
 * half read would be half an answer.
 */
export async function loadManifests(paths: readonly string[]): Promise<Loaded> {
  const cluster = clusterFromManifests(await readManifests(paths));
  const { problems, warnings, ignored } = cluster;
  if (problems.length > 0) {
    const lines = problems.slice(0, SHOWN).map(sourceProblemText);
    const more = problems.length > SHOWN ? [`... and ${problems.length - SHOWN} more`] : [];
    const count = `${problems.length} ${problems.length === 1 ? "problem" : "problems"} in the input; nothing was answered`;
    throw new UsageError([count, ...lines, ...more].join("\n"));
  }
  for (const warning of warnings) note(`warning: ${sourceProblemText(warning)}`);
  if (ignored.size > 0) note(ignoredText(ignored));
  const policies = cluster.policies.map(({ policy }) => policy);
  return { cluster, program: compile({ namespaces: cluster.namespaces, pods: cluster.pods, policies }) };
}
