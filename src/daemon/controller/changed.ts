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
  /** By node, the policies whose status waits for nothing but a word from there. */
  readonly #waiting = new Map<string, Set<ObjectKey>>();

  /** Leaves a status alone until one of these nodes is heard of, or something else about the policy changes. */
  awaitNodes(policy: ObjectKey, nodes: readonly string[]): void {
    this.statuses.delete(policy);
    for (const node of nodes) {
      const policies = this.#waiting.get(node) ?? new Set();
      policies.add(policy);
      this.#waiting.set(node, policies);
    }
  }

  /** A node has said how far it is, or is no more. */
  heardOf(node: string): void {
    for (const policy of this.#waiting.get(node) ?? []) this.statuses.add(policy);
    this.#waiting.delete(node);
  }

  /** Forgets a policy that is no more. */
  forget(policy: ObjectKey): void {
    this.statuses.delete(policy);
    for (const [node, policies] of this.#waiting) {
      policies.delete(policy);
      if (policies.size === 0) this.#waiting.delete(node);
    }
  }

  /** Keeps of both collections what a plan, made of all that had changed, has something to write for. */
  keepPlanned(stages: readonly (readonly Write[])[]): void {
    this.compiledPolicies.clear();
    this.addressGroups.clear();
    for (const write of stages.flat()) this[write.collection].add(keyOf(write));
  }
}
