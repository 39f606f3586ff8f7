import { append } from "./append.ts";
import type { SourcedObject } from "./files/manifest-set.ts";
import { type SourceProblem, positionText } from "./files/source.ts";
import { type Parsed, decode } from "./schema/decode.ts";
import { DEFAULT_NAMESPACE } from "./schema/identity.ts";
import { type ObjectMetaWire, objectMetaSchema } from "./schema/object-meta.ts";
import { type FieldProblem, invalid, problemText } from "./validation/field-problem.ts";
import { dnsLabelProblems } from "./validation/names.ts";
import { objectMeta } from "./validation/object-meta.ts";
import { objectName } from "./object-name.ts";

/** An object that could be read, with the value that it is. */
export interface ReadObject<T> {
  /** `Pod shop/web` */
  readonly object: string;
  readonly value: T;
  readonly meta: ObjectMetaWire;
  readonly source: SourcedObject;
}

/** Who an object says it is, as well as it can be told from one that may be malformed. */
export function nameOf({ kind, raw }: SourcedObject): string {
  const { name, generateName, namespace } = (raw["metadata"] ?? {}) as Readonly<Record<string, unknown>>;
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  return objectName(
    kind,
    text(namespace) || DEFAULT_NAMESPACE,
    text(name) || text(generateName) || "(no name)",
  );
}

export const problemAt = (source: SourcedObject, problem: FieldProblem): SourceProblem => ({
  ...source.locate(problem.at),
  object: nameOf(source),
  message: problemText(problem),
});

/** Reads all objects of one kind; what cannot be read, or is there twice, is said in `problems` and left out. */
export function readObjects<T>(
  objects: readonly SourcedObject[],
  kind: string,
  read: (raw: unknown) => Parsed<T>,
  problems: SourceProblem[],
): ReadObject<T>[] {
  const found = new Map<string, ReadObject<T>>();
  for (const source of objects) {
    if (source.kind !== kind) continue;
    const meta = decode(objectMetaSchema, source.raw["metadata"] ?? {}, ["metadata"]);
    const value = read(source.raw);
    const faults = [...(meta.ok ? metaProblems(kind, meta.value) : []), ...(value.ok ? [] : value.problems)];
    append(
      problems,
      unique(faults).map((fault) => problemAt(source, fault)),
    );
    if (!meta.ok || !value.ok || faults.length > 0) continue;
    const object = nameOf(source);
    const before = found.get(object);
    if (before === undefined) found.set(object, { object, value: value.value, meta: meta.value, source });
    else problems.push(duplicate(object, source, before.source));
  }
  return [...found.values()];
}

/** Neither of two objects of one name can be meant more than the other: which came last is chance. */
export const duplicate = (object: string, source: SourcedObject, before: SourcedObject): SourceProblem => ({
  ...source.source,
  object,
  message: `is there twice: here and at ${positionText(before.source)}`,
});

/** Names and labels by the API server's rules; cluster-wide kinds have no namespace to check. */
function metaProblems(kind: string, meta: ObjectMetaWire): FieldProblem[] {
  const problems = objectMeta(["metadata"], meta);
  if (kind !== "Namespace" || !meta.name) return problems;
  const label = dnsLabelProblems(meta.name).map((says) => invalid(["metadata", "name"], meta.name, says));
  return [...problems.filter(({ path }) => path[1] !== "name"), ...label];
}

/** A missing name is found by both readers. */
const unique = (problems: readonly FieldProblem[]): FieldProblem[] => [
  ...new Map(problems.map((problem) => [problemText(problem), problem])).values(),
];
