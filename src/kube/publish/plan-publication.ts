import type { ObjectKey } from "../../core/cluster.ts";
import type { Intent, Standing } from "./intent.ts";

/** Kinds that the controller publishes, by the names of their collections. */
export type Published = "compiledPolicies" | "addressGroups";

export type Write =
  /** `resourceVersion` and `uid`: of what it replaces; none where nothing stands. */
  | {
      readonly kind: "apply";
      readonly collection: Published;
      readonly intent: Intent;
      readonly resourceVersion: string | undefined;
      readonly uid?: string | undefined;
    }
  | {
      readonly kind: "delete";
      readonly collection: Published;
      readonly key: ObjectKey;
      readonly resourceVersion: string;
    };

export type ByKey<T> = ReadonlyMap<ObjectKey, T>;

function applies(collection: Published, wanted: ByKey<Intent>, standing: ByKey<Standing>): Write[] {
  return [...wanted.values()]
    .filter(({ key, fingerprint }) => standing.get(key)?.fingerprint !== fingerprint)
    .map((intent) => {
      const { resourceVersion, uid } = standing.get(intent.key) ?? {};
      return { kind: "apply", collection, intent, resourceVersion, uid };
    });
}

function deletes(collection: Published, wanted: ByKey<Intent>, standing: ByKey<Standing>): Write[] {
  return [...standing]
    .filter(([key]) => !wanted.has(key))
    .map(([key, { resourceVersion }]) => ({ kind: "delete", collection, key, resourceVersion }));
}

/**
 * The writes that make what stands equal to what is meant, in stages: every write of one is done before the first of the
 * next. Groups come before the policies that name them, and go after: whatever is read between two writes, no policy names
 * a group that is not there. Empty where nothing differs.
 */
export function planPublication(
  wanted: Readonly<Record<Published, ByKey<Intent>>>,
  standing: Readonly<Record<Published, ByKey<Standing>>>,
): readonly (readonly Write[])[] {
  const of = (collection: Published): [Published, ByKey<Intent>, ByKey<Standing>] => [
    collection,
    wanted[collection],
    standing[collection],
  ];
  return [
    applies(...of("addressGroups")),
    applies(...of("compiledPolicies")),
    deletes(...of("compiledPolicies")),
    deletes(...of("addressGroups")),
  ].filter((stage) => stage.length > 0);
}
