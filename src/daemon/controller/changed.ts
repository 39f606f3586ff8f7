import type { ObjectKey } from "../../core/cluster.ts";
import type { Published, Write } from "../../kube/publish/plan-publication.ts";

const keyOf = (write: Write): ObjectKey => (write.kind === "apply" ? write.intent.key : write.key);

/**
 * Keys of what changed since it was last found to be as it should, declared or standing: a pass looks at these, and not at
 * all of the cluster. A key stays until there is nothing to write for it, so that whatever fails is looked at again.
 */
export class Changed implements Readonly<Record<Published, Set<ObjectKey>>> {
  readonly compiledPolicies = new Set<ObjectKey>();
  readonly addressGroups = new Set<ObjectKey>();
  /** Of policies whose status may have to say something else. */
  readonly statuses = new Set<ObjectKey>();

  /** Keeps of both collections what a plan, made of all that had changed, has something to write for. */
  keepPlanned(stages: readonly (readonly Write[])[]): void {
    this.compiledPolicies.clear();
    this.addressGroups.clear();
    for (const write of stages.flat()) this[write.collection].add(keyOf(write));
  }
}
