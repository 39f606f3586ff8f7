import type { ManifestCluster } from "../kube/manifest-cluster.ts";

// Beside the loaded cluster and not in it: its types are no part of the public surface.
const known = new WeakMap<object, ManifestCluster>();

/** Keeps what a cluster was loaded from, for the questions that hang on more than its program. Returns the cluster. */
export function withManifests<T extends object>(loaded: T, manifests: ManifestCluster): T {
  known.set(loaded, manifests);
  return loaded;
}

/** @throws TypeError for a cluster that `loadCluster` and `parseCluster` have not returned, a copy of such a one included. */
export function manifestsOf(loaded: object): ManifestCluster {
  const manifests = known.get(loaded);
  if (manifests === undefined) throw new TypeError("not a cluster that loadCluster or parseCluster returned");
  return manifests;
}
