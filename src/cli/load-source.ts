import { compile } from "../core/compile.ts";
import type { Program } from "../core/program.ts";
import { clusterFromManifests } from "../kube/cluster-from-manifests.ts";
import type { ManifestSet } from "../kube/files/manifest-set.ts";
import { type SourceProblem, sourceProblemText } from "../kube/files/source.ts";
import type { ManifestCluster } from "../kube/manifest-cluster.ts";
import { UsageError } from "./exit-codes.ts";
import { note } from "./note.ts";
import { type ReadSource, readSource } from "./read-source.ts";
import type { SourceFlags } from "./source-options.ts";

/** A cluster, compiled and ready to be asked. */
export interface Loaded {
  readonly cluster: ManifestCluster;
  /** `cluster`, compiled. Ends that are no entries of it (see `library/ends`) need `library/program-with`. */
  readonly program: Program;
  /** What RBAC hid, in words; where there is any, answers end with exit code 3. It has been said on stderr already. */
  readonly incomplete: readonly string[];
  /** Where names without a namespace are looked up. */
  readonly namespace: string;
  /** A source file's text, by the name that positions give it; what is live has none. */
  texts(file: string): string | undefined;
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

/** Throws UsageError where anything is wrong: what is half read would be half an answer. */
export function refuseProblems({ problems }: Pick<ManifestSet, "problems">): void {
  if (problems.length === 0) return;
  const lines = problems.slice(0, SHOWN).map(sourceProblemText);
  const more = problems.length > SHOWN ? [`... and ${problems.length - SHOWN} more`] : [];
  const count = `${problems.length} ${problems.length === 1 ? "problem" : "problems"} in the input; nothing was answered`;
  throw new UsageError([count, ...lines, ...more].join("\n"));
}

/** What was read, judged and compiled; `isTold` says of which warnings a note is made. Throws UsageError for anything wrong in it, as `loadSource` does. */
export function loaded(
  { manifests, namespace }: ReadSource,
  isTold: (warning: SourceProblem) => boolean = () => true,
): Loaded {
  const cluster = clusterFromManifests(manifests);
  refuseProblems(cluster);
  for (const warning of cluster.warnings.filter(isTold)) note(`warning: ${sourceProblemText(warning)}`);
  if (cluster.ignored.size > 0) note(ignoredText(cluster.ignored));
  const policies = cluster.policies.map(({ policy }) => policy);
  return {
    cluster,
    program: compile({ namespaces: cluster.namespaces, pods: cluster.pods, policies }),
    incomplete: manifests.hidden,
    namespace,
    texts: (file) => manifests.texts.get(file),
  };
}

/**
 * Reads the cluster that the flags name, and compiles it. Anything wrong in it is said, with its place, and nothing is
 * answered. Throws UsageError for that, and where the live cluster cannot be asked.
 */
export async function loadSource(flags: SourceFlags): Promise<Loaded> {
  return loaded(await readSource(flags));
}
