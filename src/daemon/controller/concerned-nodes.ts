import { isDeepStrictEqual } from "node:util";
import { type ObjectKey, type Pod, keyOf } from "../../core/cluster.ts";
import { SubjectIndex, isSubject } from "../../core/incremental/subject-index.ts";
import { type Policy, policyKey } from "../../core/policy.ts";

/** Whom a policy isolates. */
export interface Subjects {
  readonly pods: number;
  /** The nodes that run them, sorted; a pod that is not scheduled yet has none. */
  readonly nodes: readonly string[];
}

interface Known {
  readonly policy: Policy;
  pods: number;
  /** How many of them each node runs. */
  readonly nodes: Map<string, number>;
  /** As they were told, as long as that holds. */
  subjects: Subjects | undefined;
}

function count(known: Known, { node }: Pod, by: 1 | -1): void {
  known.pods += by;
  if (node === undefined) return;
  const there = (known.nodes.get(node) ?? 0) + by;
  if (there === 0) known.nodes.delete(node);
  else known.nodes.set(node, there);
}

/**
 * Which nodes a policy concerns: those that run a pod which it selects. A pod's change costs the policies that select it, or
 * did; of these `onChange` is told.
 */
export class ConcernedNodes {
  readonly #pods = new Map<string, Map<ObjectKey, Pod>>();
  readonly #index = new SubjectIndex();
  readonly #known = new Map<ObjectKey, Known>();
  readonly #onChange: (policy: ObjectKey) => void;

  constructor(onChange: (policy: ObjectKey) => void) {
    this.#onChange = onChange;
  }

  setPod(key: ObjectKey, told: Pod | undefined): void {
    const [namespace = ""] = key.split("/");
    const pods = this.#pods.get(namespace) ?? new Map<ObjectKey, Pod>();
    const before = pods.get(key);
    const pod = told === undefined || told.hostNetwork || told.finished ? undefined : told;
    if (pod === undefined) pods.delete(key);
    else pods.set(keyOf(pod), pod);
    if (pods.size === 0) this.#pods.delete(namespace);
    else this.#pods.set(namespace, pods);
    // Most of what pods tell is no matter of who selects them.
    if (before?.node === pod?.node && isDeepStrictEqual(before?.labels, pod?.labels)) return;
    if (before !== undefined) this.#count(before, -1);
    if (pod !== undefined) this.#count(pod, 1);
  }

  of(policy: Policy): Subjects {
    const key = policyKey(policy);
    const before = this.#known.get(key);
    const known = before?.policy === policy ? before : this.#learn(policy);
    known.subjects ??= { pods: known.pods, nodes: [...known.nodes.keys()].sort() };
    return known.subjects;
  }

  /** Forgets a policy that is no more. */
  forget(key: ObjectKey): void {
    const known = this.#known.get(key);
    if (known === undefined) return;
    this.#index.delete(known.policy);
    this.#known.delete(key);
  }

  #learn(policy: Policy): Known {
    this.forget(policyKey(policy));
    const known: Known = { policy, pods: 0, nodes: new Map(), subjects: undefined };
    for (const pod of this.#pods.get(policy.namespace)?.values() ?? [])
      if (isSubject(policy, pod)) count(known, pod, 1);
    this.#known.set(policyKey(policy), known);
    this.#index.add(policy);
    return known;
  }

  #count(pod: Pod, by: 1 | -1): void {
    for (const policy of this.#index.policiesOf(pod)) {
      const known = this.#known.get(policyKey(policy));
      if (known === undefined) continue;
      count(known, pod, by);
      known.subjects = undefined;
      this.#onChange(policyKey(policy));
    }
  }
}
