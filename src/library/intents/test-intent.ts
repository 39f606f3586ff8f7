import type { LoadedCluster } from "../load-cluster.ts";
import { manifestsOf } from "../loaded-manifests.ts";
import { checkIntent } from "./check-intent.ts";
import type { Checked } from "./checked.ts";
import type { Intent } from "./intent.ts";

/** An intent as it is written down; `namespace` is where names without one are looked up, `default` where it is absent. */
export type WrittenIntent = Omit<Intent, "namespace" | "because"> &
  Partial<Pick<Intent, "namespace" | "because">>;

/**
 * Judges every pair of ends that an intent is about, as `selvedge test` does. What it comes to is data, also where it is
 * about nobody.
 *
 * @throws Error where an end, a selector or a port cannot be read, and for a cluster that `loadCluster` and `parseCluster` have
 *   not returned.
 */
export function testIntent(loaded: LoadedCluster, intent: WrittenIntent): Checked {
  const whole = { because: "", namespace: "default", ...intent };
  const checked = checkIntent(whole, { cluster: manifestsOf(loaded), program: loaded.program });
  if ("kind" in checked) throw new Error(checked.message);
  return checked;
}
