import { type ObjectKey, type Pod, keyOf } from "../../core/cluster.ts";
import { type Policy, policyKey } from "../../core/policy.ts";
import { matches } from "../../core/selector.ts";

interface Known {
  readonly policy: Policy;
  /** Of the namespace's pods, when it was worked out. */
  readonly version: number;
  readonly subjects: Subjects;
}

/** Whom a policy isolates. */
export interface Subjects {
  readonly pods: number;
  /** The nodes that run them, sorted; a pod that is not scheduled yet has none. */
  readonly nodes: readonly string[];
}

/**
 * Which nodes a policy concerns: those that run a pod which it selects. Worked out anew only for policies that changed, and
 * for those of namespaces whose pods did.
 */
export class ConcernedNodes {
  readonly #pods = new Map<string, Map<ObjectKey, Pod>>();
  readonly #versions = new Map<string, number>();
  #changes = 0;
  readonly #known = new Map<ObjectKey, Known>();

  setPod(key: ObjectKey, pod: Pod | undefined): void {
    const [namespace = ""] = key.split("/");
    const pods = this.#pods.get(namespace) ?? new Map<ObjectKey, Pod>();
    if (pod === undefined || pod.hostNetwork || pod.finished) pods.delete(key);
    else pods.set(keyOf(pod), pod);
    // Counted over all namespaces, so that one that is forgotten and comes back has another version than before.
    this.#changes += 1;
    if (pods.size === 0) {
      this.#pods.delete(namespace);
      this.#versions.delete(namespace);
    } else {
      this.#pods.set(namespace, pods);
      this.#versions.set(namespace, this.#changes);
    }
  }

  of(policy: Policy): Subjects {
    const key = policyKey(policy);
    const version = this.#versions.get(policy.namespace) ?? 0;
    const known = this.#known.get(key);
    if (known?.policy === policy && known.version === version) return known.subjects;
    const pods = [...(this.#pods.get(policy.namespace)?.values() ?? [])];
    const selected = pods.filter((pod) => matches(policy.subject, pod.labels));
    const nodes = [...new Set(selected.flatMap(({ node }) => node ?? []))].sort();
    const subjects = { pods: selected.length, nodes };
    this.#known.set(key, { policy, version, subjects });
    return subjects;
  }

  /** Forgets policies that are no more. */
  retain(policies: { has(key: ObjectKey): boolean }): void {
    for (const key of this.#known.keys()) if (!policies.has(key)) this.#known.delete(key);
  }
}
