import type { Edit } from "./edit.ts";

/** Something on both sides: `edit` is there where the two are not the same. */
export interface Versions<T> {
  readonly key: string;
  readonly before: T | undefined;
  readonly after: T | undefined;
  readonly edit: Edit | undefined;
}

const bigintsAsText = (_: string, value: unknown): unknown =>
  typeof value === "bigint" ? `${value}n` : value;

/** Values that are equal have equal texts; keys of objects in any order. */
export function meaningText(value: unknown): string {
  return JSON.stringify(value, (key, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : bigintsAsText(key, each),
  );
}

function changeOf<T>(before: T | undefined, after: T | undefined): Edit["change"] | undefined {
  if (before === undefined) return after === undefined ? undefined : "added";
  if (after === undefined) return "removed";
  return meaningText(before) === meaningText(after) ? undefined : "changed";
}

/** Pairs what has the same key, sorted by it. `meaning` is the part of a value that can make a difference. */
export function versions<T>(
  kind: Edit["kind"],
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  meaning: (value: T) => unknown,
): Versions<T>[] {
  const part = (value: T | undefined): unknown => (value === undefined ? undefined : meaning(value));
  return [...new Set([...before.keys(), ...after.keys()])].sort().map((key) => {
    const [old, fresh] = [before.get(key), after.get(key)];
    const change = changeOf(part(old), part(fresh));
    return { key, before: old, after: fresh, edit: change && { kind, key, change } };
  });
}

/** What it is with only these edits made. */
export const versionWith = <T>(
  { before, after, edit }: Versions<T>,
  made: ReadonlySet<Edit>,
): T | undefined => (edit !== undefined && made.has(edit) ? after : before);

/** Both versions, or the one that there is. */
export const bothOf = <T>({ before, after }: Versions<T>): T[] =>
  [before, after].filter((value) => value !== undefined);
