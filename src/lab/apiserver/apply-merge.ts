import { type FieldSet, isBelow, itemElement, joinPath } from "./field-set.ts";
import { isArray, isObject, type Json, type JsonDraft, type JsonObject } from "./json.ts";
import type { ShapeOf } from "./merge-shape.ts";

const mergeLists = (
  live: readonly Json[],
  applied: readonly Json[],
  names: readonly string[],
  shapes: ShapeOf,
): Json => {
  const shape = shapes(names);
  if (shape.list === "atomic") return applied;
  const merged = new Map(live.map((item) => [itemElement(item, shape), item]));
  for (const item of applied) {
    const element = itemElement(item, shape);
    const old = merged.get(element);
    merged.set(element, old === undefined ? item : mergeValue(old, item, names, shapes));
  }
  return [...merged.values()];
};

const mergeValue = (
  live: Json | undefined,
  applied: Json,
  names: readonly string[],
  shapes: ShapeOf,
): Json => {
  if (isArray(applied) && isArray(live)) return mergeLists(live, applied, names, shapes);
  if (!isObject(applied) || !isObject(live) || shapes(names).atomicMap) return applied;
  const merged: JsonDraft = { ...live };
  for (const [key, item] of Object.entries(applied)) {
    if (item !== undefined) merged[key] = mergeValue(live[key], item, [...names, key], shapes);
  }
  return merged;
};

/** A live object with an applied configuration laid over it, list items matched by their keys. */
export const mergeApplied = (live: JsonObject, applied: JsonObject, shapes: ShapeOf): JsonObject =>
  mergeValue(live, applied, [], shapes) as JsonObject;

/** An object without some of its fields; maps and lists that this empties go too. */
export const removeFields = (object: JsonObject, gone: FieldSet, shapes: ShapeOf): JsonObject => {
  const touches = (path: string): boolean => [...gone].some((field) => isBelow(field, path));
  const walk = (value: Json, elements: readonly string[], names: readonly string[]): Json | undefined => {
    const path = joinPath(elements);
    if (elements.length > 0 && gone.has(path)) return undefined;
    if (elements.length > 0 && !touches(path)) return value;
    if (isArray(value)) {
      const shape = shapes(names);
      const kept = value.flatMap((item) => walk(item, [...elements, itemElement(item, shape)], names) ?? []);
      return kept.length === 0 ? undefined : kept;
    }
    if (!isObject(value)) return value;
    const kept = Object.entries(value).flatMap(([key, item]) => {
      const left = item === undefined ? undefined : walk(item, [...elements, `f:${key}`], [...names, key]);
      return left === undefined ? [] : [[key, left] as const];
    });
    return kept.length === 0 && elements.length > 0 ? undefined : Object.fromEntries(kept);
  };
  return (walk(object, [], []) ?? {}) as JsonObject;
};
