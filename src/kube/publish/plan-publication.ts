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

/** One collection, and which of its objects are looked at. */
interface Part {
  readonly collection: Published;
  readonly wanted: ByKey<Intent>;
  readonly standing: ByKey<Standing>;
  readonly keys: Iterable<ObjectKey>;
}

function applies({ collection, wanted, standing, keys }: Part): Write[] {
  const writes: Write[] = [];
  for (const key of keys) {
    const intent = wanted.get(key);
    const found = standing.get(key);
    if (intent === undefined || found?.fingerprint === intent.fingerprint) continue;
    const { resourceVersion, uid } = found ?? {};
    writes.push({ kind: "apply", collection, intent, resourceVersion, uid });
  }
  return writes;
}

function deletes({ collection, wanted, standing, keys }: Part): Write[] {
  const writes: Write[] = [];
  for (const key of keys) {
    const found = standing.get(key);
    if (found === undefined || wanted.has(key)) continue;
    writes.push({ kind: "delete", collection, key, resourceVersion: found.resourceVersion });
  }
  return writes;
}

/** The keys of all that is meant, and of all that stands. */
const allKeys = (
  wanted: Readonly<Record<Published, ByKey<unknown>>>,
  standing: Readonly<Record<Published, ByKey<unknown>>>,
): Readonly<Record<Published, ReadonlySet<ObjectKey>>> => ({
  compiledPolicies: new Set([...wanted.compiledPolicies.keys(), ...standing.compiledPolicies.keys()]),
  addressGroups: new Set([...wanted.addressGroups.keys(), ...standing.addressGroups.keys()]),
});

/**
 * The writes that make what stands equal to what is meant, in stages: every write of one is done before the first of the
 * next. Groups come before the policies that name them, and go after: whatever is read between two writes, no policy names
 * a group that is not there. Empty where nothing differs. Who knows what may differ passes `keys`, and pays for these alone.
 */
export function planPublication(
  wanted: Readonly<Record<Published, ByKey<Intent>>>,
  standing: Readonly<Record<Published, ByKey<Standing>>>,
  keys: Readonly<Record<Published, Iterable<ObjectKey>>> = allKeys(wanted, standing),
): readonly (readonly Write[])[] {
  const part = (collection: Published): Part => ({
    collection,
    wanted: wanted[collection],
    standing: standing[collection],
    keys: keys[collection],
  });
  const [groups, policies] = [part("addressGroups"), part("compiledPolicies")];
  return [applies(groups), applies(policies), deletes(policies), deletes(groups)].filter(
    (stage) => stage.length > 0,
  );
}
