import { asArray, isArray, isObject, type Json, type JsonDraft, type JsonObject, jsonEqual } from "./json.ts";
import type { ShapeOf } from "./merge-shape.ts";

const ORDER = "$setElementOrder/";
const DELETE_VALUES = "$deleteFromPrimitiveList/";

/** Puts items into the order that the patch asks for; what it does not name keeps its place behind. */
const inOrder = (
  items: readonly Json[],
  wanted: readonly Json[],
  identity: (item: Json) => Json | undefined,
): Json[] => {
  const rank = (item: Json): number => {
    const index = wanted.findIndex((entry) => jsonEqual(identity(entry), identity(item)));
    return index === -1 ? wanted.length : index;
  };
  return items.toSorted((left, right) => rank(left) - rank(right));
};

const isDirective = (key: string): boolean =>
  key === "$patch" || key === "$retainKeys" || key.startsWith(ORDER) || key.startsWith(DELETE_VALUES);

const directive = (item: Json): Json | undefined => (isObject(item) ? item["$patch"] : undefined);

const withoutDirectives = (value: Json): Json => {
  if (isArray(value)) return value.map(withoutDirectives);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      isDirective(key) || item === undefined || item === null ? [] : [[key, withoutDirectives(item)]],
    ),
  );
};

const mergeItems = (
  target: readonly Json[],
  patch: readonly Json[],
  names: readonly string[],
  shapes: ShapeOf,
): Json[] => {
  const key = shapes(names).keys[0] ?? "";
  let items = [...target];
  for (const item of patch) {
    if (!isObject(item)) continue;
    const index = items.findIndex((entry) => isObject(entry) && jsonEqual(entry[key], item[key]));
    const found = items[index];
    if (directive(item) === "delete") items = items.filter((_, place) => place !== index);
    else if (found === undefined) items.push(withoutDirectives(item));
    else items[index] = mergeMaps(found, item, names, shapes);
  }
  return items;
};

const mergeField = (
  target: Json | undefined,
  patch: Json,
  names: readonly string[],
  shapes: ShapeOf,
): Json => {
  if (isObject(patch)) return mergeMaps(target, patch, names, shapes);
  const { list } = shapes(names);
  if (!isArray(patch) || list === "atomic") return patch;
  if (patch.some((item) => directive(item) === "replace")) {
    return withoutDirectives(patch.filter((item) => directive(item) !== "replace"));
  }
  const old = asArray(target);
  if (list === "map") return mergeItems(old, patch, names, shapes);
  return [...old, ...patch.filter((item) => !old.some((entry) => jsonEqual(entry, item)))];
};

const mergeMaps = (
  target: Json | undefined,
  patch: JsonObject,
  names: readonly string[],
  shapes: ShapeOf,
): Json => {
  if (patch["$patch"] === "replace") return withoutDirectives(patch);
  if (patch["$patch"] === "delete") return {};
  const merged: JsonDraft = isObject(target) ? { ...target } : {};
  const retained = patch["$retainKeys"];
  if (isArray(retained)) {
    for (const key of Object.keys(merged)) if (!retained.includes(key)) delete merged[key];
  }
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined || isDirective(key)) continue;
    if (value === null) delete merged[key];
    else merged[key] = mergeField(merged[key], value, [...names, key], shapes);
  }
  for (const [key, value] of Object.entries(patch)) {
    const field = key.slice(key.indexOf("/") + 1);
    const list = asArray(merged[field]);
    if (key.startsWith(DELETE_VALUES)) {
      merged[field] = list.filter((item) => !asArray(value).some((entry) => jsonEqual(entry, item)));
    }
    if (key.startsWith(ORDER) && merged[field] !== undefined) {
      const [first] = shapes([...names, field]).keys;
      const identity = (item: Json): Json | undefined =>
        isObject(item) && first !== undefined ? item[first] : item;
      merged[field] = inOrder(list, asArray(value), identity);
    }
  }
  return merged;
};

/**
 * Strategic merge patch: a merge patch in which the lists that the API marks merge by key, with the
 * directives $patch, $retainKeys, $setElementOrder and $deleteFromPrimitiveList.
 */
export const strategicMergePatch = (target: JsonObject, patch: JsonObject, shapes: ShapeOf): JsonObject =>
  mergeMaps(target, patch, [], shapes) as JsonObject;
