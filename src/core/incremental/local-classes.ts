import { type ObjectKey, type Pod, keyOf } from "../cluster.ts";
import { difference } from "../difference.ts";
import { type SubjectClass, classOf, mergeClasses } from "../node-program.ts";
import { type Policy, directions } from "../policy.ts";
import { sameList } from "../same-list.ts";
import { SubjectIndex, isSubject } from "./subject-index.ts";

/** One pod, and the class that it is in by itself in each direction; none where nothing isolates it. */
interface Placed {
  readonly pod: Pod;
  readonly classes: readonly SubjectClass[];
}

/** With more changes than this at once, every pod is looked at anew. */
const FEW = 64;

/** The former class where the new one is the same; class rules and subjects are shared values. */
function sameClass(before: SubjectClass | undefined, after: SubjectClass): SubjectClass {
  if (before === undefined) return after;
  const rules = sameList(before.rules, after.rules);
  const subjects = sameList(before.subjects, after.subjects);
  return rules === before.rules && subjects === before.subjects ? before : { ...after, rules, subjects };
}

/** The classes of one node's pods, kept up: a change costs the pods that it concerns. Unchanged classes are the same values. */
export class LocalClasses {
  readonly #index = new SubjectIndex();
  #policies: readonly Policy[] = [];
  #pods: readonly Pod[] = [];
  #placed: ReadonlyMap<ObjectKey, Placed> = new Map();
  #classes: readonly SubjectClass[] = [];

  /** `pods` are the node's own live pods. The same list where nothing that it tells of changed. */
  take(policies: readonly Policy[], pods: readonly Pod[]): readonly SubjectClass[] {
    const { gone, come } = difference(this.#policies, policies);
    if (gone.length + come.length === 0 && pods === this.#pods) return this.#classes;
    for (const policy of gone) this.#index.delete(policy);
    for (const policy of come) this.#index.add(policy);
    this.#policies = policies;
    this.#pods = pods;
    const changed = [...gone, ...come];
    const isConcerned = (pod: Pod): boolean =>
      changed.length > FEW || changed.some((policy) => isSubject(policy, pod));
    const placed = pods.map((pod): [ObjectKey, Placed] => {
      const key = keyOf(pod);
      const before = this.#placed.get(key);
      return [key, before?.pod === pod && !isConcerned(pod) ? before : this.#place(pod)];
    });
    placed.sort(([a], [b]) => (a < b ? -1 : 1));
    this.#placed = new Map(placed);
    const known = new Map(this.#classes.map((each) => [each.id, each]));
    const merged = mergeClasses(placed.flatMap(([, { classes }]) => classes));
    this.#classes = sameList(
      this.#classes,
      merged.map((each) => sameClass(known.get(each.id), each)),
    );
    return this.#classes;
  }

  #place(pod: Pod): Placed {
    const policies = this.#index.policiesOf(pod);
    return {
      pod,
      classes: directions.flatMap(
        (direction) =>
          classOf(
            policies.filter(({ isolates }) => isolates[direction]),
            pod,
            direction,
          ) ?? [],
      ),
    };
  }
}
