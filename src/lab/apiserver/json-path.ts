import { asArray, asObject, at, isArray, type Json } from "./json.ts";

const FIELD = String.raw`\.(?<field>(?:[A-Za-z0-9_/-]|\\\.)+)`;
const QUOTED = String.raw`\['(?<quoted>[^']+)'\]`;
const INDEX = String.raw`\[(?<index>\d+|\*)\]`;
const FILTER = String.raw`\[\?\(@\.(?<path>[A-Za-z0-9_.-]+)\s*==\s*["'](?<wanted>[^"']*)["']\)\]`;
const STEP = new RegExp([FIELD, QUOTED, INDEX, FILTER].join("|"), "gu");

/** Like flatMap, but a list that is found stays one value. */
const found = (value: Json | undefined): readonly Json[] => (value === undefined ? [] : [value]);

const members = (value: Json): readonly Json[] =>
  isArray(value) ? value : Object.values(asObject(value)).flatMap(found);

const step = (value: Json, groups: Readonly<Record<string, string | undefined>>): readonly Json[] => {
  const { field, quoted, index, path, wanted } = groups;
  const name = field?.replaceAll(String.raw`\.`, ".") ?? quoted;
  if (name !== undefined) return found(asObject(value)[name]);
  if (index === "*") return members(value);
  if (index !== undefined) return found(asArray(value)[Number(index)]);
  return asArray(value).filter((item) => at(item, ...(path ?? "").split(".")) === wanted);
};

/**
 * Reads a value by the JSONPath of a printer column: fields, `['key']`, `[0]`, `[*]` and
 * `[?(@.type=="Ready")]`. The first hit counts; nothing found is `undefined`.
 */
export const jsonPath = (root: Json, path: string): Json | undefined => {
  let values: readonly Json[] = [root];
  for (const { groups = {} } of path.matchAll(STEP)) {
    const next: Json[] = [];
    for (const value of values) next.push(...step(value, groups));
    values = next;
  }
  return values[0];
};
