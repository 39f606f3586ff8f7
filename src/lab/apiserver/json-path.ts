import { asArray, asObject, at, isArray, type Json } from "./json.ts";

const STEP =
  /\.([A-Za-z0-9_\-\\/.]+?)(?=\.[A-Za-z]|\[|$)|\['([^']+)'\]|\[(\d+|\*)\]|\[\?\(@\.([A-Za-z0-9_.-]+)\s*==\s*["']([^"']*)["']\)\]/gu;

const step = (values: readonly Json[], match: RegExpMatchArray): readonly Json[] => {
  const [, field, quoted, index, filterField = "", filterValue] = match;
  const name = field?.replaceAll("\\.", ".") ?? quoted;
  if (name !== undefined) return values.flatMap((value) => asObject(value)[name] ?? []);
  if (filterValue !== undefined) {
    return values.flatMap((value) =>
      asArray(value).filter((item) => at(item, ...filterField.split(".")) === filterValue),
    );
  }
  if (index === "*")
    return values.flatMap((value) =>
      isArray(value) ? value : Object.values(asObject(value)).map((item) => item ?? null),
    );
  return values.flatMap((value) => asArray(value)[Number(index)] ?? []);
};

/**
 * Reads a value by the JSONPath of a printer column: fields, `['key']`, `[0]`, `[*]` and
 * `[?(@.type=="Ready")]`. The first hit counts; nothing found is `undefined`.
 */
export const jsonPath = (root: Json, path: string): Json | undefined => {
  let values: readonly Json[] = [root];
  for (const match of path.matchAll(STEP)) values = step(values, match);
  return values[0];
};
