import type { SourcedObject } from "../kube/files/manifest-set.ts";
import { keep } from "../kube/snapshot/keep.ts";
import { snapshotShapes } from "../kube/snapshot/shapes.ts";
import type { FieldPath } from "../kube/validation/field-path.ts";

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Lists of one length are compared item by item; of others, one item that came or went is named. */
function changedItems(before: readonly unknown[], after: readonly unknown[], at: FieldPath): FieldPath[] {
  if (before.length === after.length)
    return after.flatMap((item, i) => changedPaths(before[i], item, [...at, i]));
  const [short, long] = before.length < after.length ? [before, after] : [after, before];
  const first = long.findIndex((item, i) => !isSame(item, short[i]));
  const isOneMore = long.length === short.length + 1 && isSame(long.toSpliced(first, 1), short);
  return [isOneMore && long === after ? [...at, first] : at];
}

function changedPaths(before: unknown, after: unknown, at: FieldPath): FieldPath[] {
  if (isSame(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return changedItems(before, after, at);
  if (!isFields(before) || !isFields(after)) return [at];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) =>
    // What is gone has no place of its own: what it was in has.
    key in after ? changedPaths(before[key], after[key], [...at, key]) : [at],
  );
}

function commonPath(paths: readonly FieldPath[]): FieldPath {
  const [first = [], ...rest] = paths;
  const length = first.findIndex((step, i) => rest.some((path) => path[i] !== step));
  return length < 0 ? first : first.slice(0, length);
}

/** The smallest part of an object in which all is that differs, of what answers hang on; the root where there is none. */
export function changedField(before: SourcedObject, after: SourcedObject): FieldPath {
  const shape = snapshotShapes.get(after.kind);
  const [old, fresh] = [before, after].map(({ raw }) => (shape === undefined ? raw : keep(raw, shape)));
  return commonPath(changedPaths(old, fresh, []).filter(([first]) => first !== "status"));
}
