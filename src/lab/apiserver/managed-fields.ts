import { compareFields, type FieldChanges, type FieldSet, readFields, writeFields } from "./field-set.ts";
import { asArray, asObject, type Json, jsonEqual } from "./json.ts";
import { type KubeObject, type ManagedFieldsEntry, withMeta } from "./kube-object.ts";
import type { ShapeOf } from "./merge-shape.ts";

/** Who writes, in which way, and when. */
export interface Writer {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  /** RFC 3339, in seconds. */
  readonly time: string;
}

/** One entry of `managedFields`, its fields as a set. */
export interface Ownership extends Writer {
  readonly fields: FieldSet;
}

/** Reads an object's owners. */
export const readOwnerships = (object: KubeObject): readonly Ownership[] =>
  asArray(object.metadata.managedFields as Json | undefined).map((item) => {
    const entry: ManagedFieldsEntry = asObject(item);
    return {
      manager: entry.manager ?? "",
      operation: entry.operation ?? "Update",
      apiVersion: entry.apiVersion ?? "",
      subresource: entry.subresource ?? "",
      time: entry.time ?? "",
      fields: readFields(entry.fieldsV1 ?? {}),
    };
  });

const order = (left: Ownership, right: Ownership): number => {
  const key = ({ operation, time, manager, subresource }: Ownership): string =>
    [operation, time, manager, subresource].join("\u0000");
  return key(left) < key(right) ? -1 : 1;
};

/** The object with these owners; owners of nothing are left out. */
export const withOwnerships = (object: KubeObject, owners: readonly Ownership[]): KubeObject => {
  const entries = owners
    .filter(({ fields }) => fields.size > 0)
    .toSorted(order)
    .map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
      manager,
      operation,
      apiVersion,
      time,
      fieldsType: "FieldsV1",
      fieldsV1: writeFields(fields),
      ...(subresource === "" ? {} : { subresource }),
    }));
  return withMeta(object, { managedFields: entries.length === 0 ? undefined : entries });
};

/** Whether two writers share one entry. */
export const isSameWriter = (left: Writer, right: Writer): boolean =>
  left.manager === right.manager &&
  left.operation === right.operation &&
  left.subresource === right.subresource &&
  (left.operation === "Apply" || left.apiVersion === right.apiVersion);

/** What the others still own after a change that they did not make. */
export const loseFields = (
  owners: readonly Ownership[],
  { changed, removed }: FieldChanges,
): readonly Ownership[] =>
  owners.map((owner) => ({ ...owner, fields: owner.fields.difference(changed).difference(removed) }));

/**
 * The object after an ordinary write, with its owners brought up to date: the writer owns what it changed,
 * everyone else loses that. Who changed nothing keeps the time of the last change.
 */
export const ownUpdate = (
  before: KubeObject | undefined,
  after: KubeObject,
  writer: Writer,
  shapes: ShapeOf,
): KubeObject => {
  const changes = compareFields(before ?? {}, after, shapes);
  // A write may carry managedFields of its own (kubectl migrates them so); then those are the base.
  const base = after.metadata.managedFields === undefined ? before : after;
  const owners = base === undefined ? [] : readOwnerships(base);
  const mine = owners.find((owner) => isSameWriter(owner, writer));
  const fields = (mine?.fields ?? new Set<string>()).union(changes.changed).difference(changes.removed);
  const others = loseFields(
    owners.filter((owner) => owner !== mine),
    changes,
  );
  const untouched =
    changes.changed.size === 0 && mine !== undefined && jsonEqual([...mine.fields], [...fields]);
  return withOwnerships(after, [...others, { ...writer, time: untouched ? mine.time : writer.time, fields }]);
};
