import type { Pod } from "../cluster.ts";
import { type Policy, policyKey } from "../policy.ts";
import { matches } from "../selector.ts";
import { Drawers, filedUnder, pairsOf } from "./filing.ts";

const drawer = (namespace: string, pair: string): string => `${namespace}\n\n${pair}`;

/** Filed here is who must be asked about every pod of the namespace. */
const ANY = "";

const drawersOf = ({ namespace, subject }: Policy): string[] =>
  (filedUnder(subject) ?? [ANY]).map((pair) => drawer(namespace, pair));

const byKey = (a: Policy, b: Policy): number => (policyKey(a) < policyKey(b) ? -1 : 1);

/** Whether the policy speaks of this pod. */
export const isSubject = ({ namespace, subject }: Policy, pod: Pod): boolean =>
  namespace === pod.namespace && matches(subject, pod.labels);

/** Finds the policies that speak of a pod without asking all: each is filed under one label that its subjects have. */
export class SubjectIndex {
  readonly #policies = new Drawers<Policy>();

  add(policy: Policy): void {
    for (const each of drawersOf(policy)) this.#policies.add(each, policy);
  }

  delete(policy: Policy): void {
    for (const each of drawersOf(policy)) this.#policies.delete(each, policy);
  }

  /** Sorted by key. */
  policiesOf(pod: Pod): readonly Policy[] {
    const pairs = [ANY, ...pairsOf(pod.labels)];
    const candidates = new Set(pairs.flatMap((pair) => [...this.#policies.get(drawer(pod.namespace, pair))]));
    return [...candidates].filter((policy) => isSubject(policy, pod)).sort(byKey);
  }
}
