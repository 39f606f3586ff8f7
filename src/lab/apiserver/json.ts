import { isDeepStrictEqual } from "node:util";

/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON map; a field that is not there reads as `undefined`. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** The same map, while it is being built. */
export type JsonDraft = Record<string, Json | undefined>;

/** Whether a value is a JSON map. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a value is a JSON list. */
export const isArray = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** The value as a map; anything else reads as an empty one. */
export const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

/** The value as a list; anything else reads as an empty one. */
export const asArray = (value: Json | undefined): readonly Json[] => (isArray(value) ? value : []);

/** The value as text; anything else reads as "". */
export const asString = (value: Json | undefined): string => (typeof value === "string" ? value : "");

/** The value at a path of field names. */
export const at = (value: Json | undefined, ...path: readonly string[]): Json | undefined => {
  let here = value;
  for (const key of path) here = isObject(here) ? here[key] : undefined;
  return here;
};

/** A copy of a map with the value at a path of field names replaced; `undefined` removes it. */
export const withAt = (target: JsonObject, path: readonly string[], value: Json | undefined): JsonObject => {
  const [key, ...rest] = path;
  if (key === undefined) return target;
  if (rest.length > 0) return { ...target, [key]: withAt(asObject(target[key]), rest, value) };
  if (value !== undefined) return { ...target, [key]: value };
  const { [key]: _gone, ...others } = target;
  return others;
};

/** Deep equality, blind to the order of keys and to keys whose value is `undefined`. */
export const jsonEqual = (left: Json | undefined, right: Json | undefined): boolean =>
  left === right || isDeepStrictEqual(compact(left), compact(right));

const compact = (value: Json | undefined): Json | undefined => {
  if (isArray(value)) return value.map((item) => compact(item) ?? null);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, compact(item)]])),
  );
};
