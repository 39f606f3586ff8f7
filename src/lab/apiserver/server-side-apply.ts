import { mergeApplied, removeFields } from "./apply-merge.ts";
import { compareFields, type FieldSet, fieldsOf, isBelow, showPath } from "./field-set.ts";
import { jsonEqual } from "./json.ts";
import { type KubeObject, withMeta } from "./kube-object.ts";
import {
  isSameWriter,
  loseFields,
  type Ownership,
  readOwnerships,
  withOwnerships,
  type Writer,
} from "./managed-fields.ts";
import type { ShapeOf } from "./merge-shape.ts";
import { applyConflict, isRefusal, type Refusal } from "./refusal.ts";

const NONE: FieldSet = new Set<string>();

/** What the manager said before and says no more, unless someone else owns it or something in it. */
const dropped = (last: FieldSet, applied: FieldSet, others: readonly Ownership[]): FieldSet => {
  const held = [applied, ...others.map(({ fields }) => fields)];
  const isHeld = (path: string): boolean =>
    held.some((fields) => fields.has(path) || [...fields].some((field) => isBelow(field, path)));
  return new Set([...last].filter((path) => !isHeld(path)));
};

const conflictsOf = (
  others: readonly Ownership[],
  changed: FieldSet,
): readonly { manager: string; field: string }[] =>
  others.flatMap(({ manager, operation, apiVersion, fields }) =>
    [...fields.intersection(changed)].map((path) => ({
      // Whoever owns by plain updates is named with the version it wrote in.
      manager: operation === "Update" ? `"${manager}" using ${apiVersion}` : `"${manager}"`,
      field: showPath(path),
    })),
  );

/**
 * Server-side apply: lays a manager's whole intent over the live object, gives it those fields, takes away
 * what it no longer mentions, and refuses to change what others own unless forced.
 *
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
export const applyServerSide = (
  live: KubeObject | undefined,
  applied: KubeObject,
  writer: Writer,
  options: {
    readonly force: boolean;
    readonly shapes: ShapeOf;
    readonly normalise: (object: KubeObject) => KubeObject | Refusal;
  },
): KubeObject | Refusal => {
  const { force, shapes, normalise } = options;
  const base = live ?? { apiVersion: applied.apiVersion, kind: applied.kind, metadata: {} };
  const owners = readOwnerships(base);
  const mine = owners.find((owner) => isSameWriter(owner, writer));
  const others = owners.filter((owner) => owner !== mine);
  const fields = fieldsOf(applied, shapes);

  const merged = mergeApplied(base, applied, shapes);
  const pruned = removeFields(merged, dropped(mine?.fields ?? NONE, fields, others), shapes);
  const next = normalise(pruned as KubeObject);
  if (isRefusal(next)) return next;

  const changes = compareFields(base, next, shapes);
  const conflicts = conflictsOf(others, changes.changed.intersection(fields));
  if (conflicts.length > 0 && !force) return applyConflict(conflicts);

  const same = mine !== undefined && mine.fields.symmetricDifference(fields).size === 0;
  const unchanged = same && changes.changed.size === 0 && changes.removed.size === 0;
  const time = unchanged ? mine.time : writer.time;
  const owned = withOwnerships(withMeta(next, { managedFields: undefined }), [
    ...loseFields(others, { changed: changes.changed.intersection(fields), removed: changes.removed }),
    { ...writer, time, fields },
  ]);
  return live !== undefined && jsonEqual(owned, live) ? live : owned;
};
