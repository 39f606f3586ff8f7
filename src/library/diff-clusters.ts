import { type ClustersDiff, type DiffOptions, clustersDiff } from "../analysis/diff/clusters-diff.ts";
import { type Compiled, diffSide } from "./diff-side.ts";
import type { LoadedCluster } from "./load-cluster.ts";
import { manifestsOf } from "./loaded-manifests.ts";

const compiled = (loaded: LoadedCluster): Compiled => ({
  cluster: manifestsOf(loaded),
  program: loaded.program,
});

/**
 * How two clusters differ in who reaches whom, as `selvedge diff` tells it: exact, and each change with its edits.
 *
 * @throws TypeError for clusters that `loadCluster` and `parseCluster` have not returned.
 */
export function diffClusters(
  before: LoadedCluster,
  after: LoadedCluster,
  options?: DiffOptions,
): ClustersDiff {
  const both = [compiled(before), compiled(after)];
  const [old, fresh] = both.map((side) => diffSide(side, both));
  if (old === undefined || fresh === undefined) throw new Error("two clusters have two sides");
  return clustersDiff(old, fresh, options);
}
