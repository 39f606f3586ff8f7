import type { FieldPath } from "../validation/field-path.ts";
import type { SourcePosition, SourceProblem } from "./source.ts";

/** Of a field, what is pointed at: its value, or the name that it goes by. */
export type FieldPart = "value" | "key";

/** One Kubernetes object out of a file, as it was written. */
export interface SourcedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Readonly<Record<string, unknown>>;
  /** Where the object begins. */
  readonly source: SourcePosition;
  /** Where a field's value, or else its key, was written; the nearest field around it where it was not. */
  locate(path: FieldPath, part?: FieldPart): SourcePosition;
}

/** All that was found in some files. */
export interface ManifestSet {
  /** Of kinds that Selvedge reads, in the order of the files; lists are taken apart. */
  readonly objects: readonly SourcedObject[];
  /** How many objects there were of each kind that Selvedge does not read. */
  readonly ignored: ReadonlyMap<string, number>;
  readonly problems: readonly SourceProblem[];
  /** What RBAC hid when this was read of a cluster, in words: what answers may hang on and nobody saw. */
  readonly hidden: readonly string[];
  /** The text of each file that was read, for pointing into it. What is live has none. */
  readonly texts: ReadonlyMap<string, string>;
}

export const manifestSet = (sets: readonly ManifestSet[]): ManifestSet => {
  const ignored = new Map<string, number>();
  for (const set of sets)
    for (const [kind, count] of set.ignored) ignored.set(kind, (ignored.get(kind) ?? 0) + count);
  return {
    objects: sets.flatMap(({ objects }) => objects),
    ignored,
    problems: sets.flatMap(({ problems }) => problems),
    hidden: sets.flatMap(({ hidden }) => hidden),
    texts: new Map(sets.flatMap(({ texts }) => [...texts])),
  };
};
