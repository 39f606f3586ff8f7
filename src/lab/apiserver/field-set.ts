import { isArray, isObject, type Json, type JsonDraft, type JsonObject, jsonEqual } from "./json.ts";
import type { MergeShape, ShapeOf } from "./merge-shape.ts";

/**
 * Fields of an object, each as its path elements in the notation of `fieldsV1` (`f:spec`,
 * `k:{"name":"a"}`, `v:"x"`), joined by a NUL. A path stands for itself, not for what lies below it.
 */
export type FieldSet = ReadonlySet<string>;

const SEPARATOR = "\u0000";

/** A path of elements as the member of a set. */
export const joinPath = (elements: readonly string[]): string => elements.join(SEPARATOR);

/** The elements of a member. */
const splitPath = (path: string): readonly string[] => path.split(SEPARATOR);

/** Whether `path` lies strictly below `parent`. */
export const isBelow = (path: string, parent: string): boolean => path.startsWith(parent + SEPARATOR);

/** The element that tells a list item from its siblings. A missing protocol is TCP, as the API defaults it. */
export const itemElement = (item: Json, { list, keys }: MergeShape): string => {
  if (list !== "map" || !isObject(item)) return `v:${JSON.stringify(item)}`;
  const known = keys
    .toSorted()
    .flatMap((key) =>
      item[key] === undefined ? (key === "protocol" ? [[key, "TCP"]] : []) : [[key, item[key]]],
    );
  return `k:${JSON.stringify(Object.fromEntries(known))}`;
};

/** The server's own fields, which nobody owns. */
const UNOWNED = new Set(
  [
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "generation",
    "managedFields",
    "resourceVersion",
  ].map((field) => joinPath(["f:metadata", `f:${field}`])),
);

/** Structs in Go: no write brings them into being. */
const ALWAYS_THERE = new Set(["f:metadata", "f:spec", "f:status"]);

/** Marks a map or list that merges, as against a value that is one leaf. */
const CONTAINER = Symbol("container");

type Flat = ReadonlyMap<string, Json | typeof CONTAINER>;

const flatten = (object: JsonObject, shapes: ShapeOf): Flat => {
  const flat = new Map<string, Json | typeof CONTAINER>();
  const walk = (value: Json, elements: readonly string[], names: readonly string[]): void => {
    const path = joinPath(elements);
    if (UNOWNED.has(path)) return;
    const shape = shapes(names);
    if (isObject(value) && !shape.atomicMap && Object.keys(value).length > 0) {
      flat.set(path, CONTAINER);
      for (const [key, item] of Object.entries(value)) {
        if (item !== undefined) walk(item, [...elements, `f:${key}`], [...names, key]);
      }
    } else if (isArray(value) && shape.list !== "atomic" && value.length > 0) {
      flat.set(path, CONTAINER);
      for (const item of value) walk(item, [...elements, itemElement(item, shape)], names);
    } else {
      flat.set(path, value);
    }
  };
  for (const [key, item] of Object.entries(object)) {
    if (item !== undefined && key !== "apiVersion" && key !== "kind") walk(item, [`f:${key}`], [key]);
  }
  return flat;
};

const isItem = (path: string): boolean => /^[kv]:/u.test(splitPath(path).at(-1) ?? "");

/** The fields that an applied configuration speaks of: its leaves, and the items of its merging lists. */
export const fieldsOf = (object: JsonObject, shapes: ShapeOf): FieldSet =>
  new Set(
    [...flatten(object, shapes)].flatMap(([path, value]) =>
      value !== CONTAINER || isItem(path) ? [path] : [],
    ),
  );

/** What a write changed: fields that are new or have another value, and fields that are gone. */
export interface FieldChanges {
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

/** Compares two states of an object. A map that is new counts as a field of its own, beside what is in it. */
export const compareFields = (before: JsonObject, after: JsonObject, shapes: ShapeOf): FieldChanges => {
  const left = flatten(before, shapes);
  const right = flatten(after, shapes);
  const changed = new Set<string>();
  for (const [path, value] of right) {
    const old = left.get(path);
    if (old === value || (value === CONTAINER && ALWAYS_THERE.has(path))) continue;
    if (old === undefined || old === CONTAINER || value === CONTAINER || !jsonEqual(old, value))
      changed.add(path);
  }
  return { changed, removed: new Set([...left.keys()].filter((path) => !right.has(path))) };
};

/** Reads `fieldsV1`. */
export const readFields = (fields: JsonObject): FieldSet => {
  const paths = new Set<string>();
  const walk = (node: JsonObject, elements: readonly string[]): void => {
    const entries = Object.entries(node);
    if (elements.length > 0 && (entries.length === 0 || node["."] !== undefined))
      paths.add(joinPath(elements));
    for (const [element, below] of entries) {
      if (element !== "." && isObject(below)) walk(below, [...elements, element]);
    }
  };
  walk(fields, []);
  return paths;
};

interface Node {
  member: boolean;
  readonly below: Map<string, Node>;
}

/** Writes `fieldsV1`. */
export const writeFields = (fields: FieldSet): JsonObject => {
  const root: Node = { member: false, below: new Map() };
  for (const path of [...fields].sort()) {
    let node = root;
    for (const element of splitPath(path)) {
      const next = node.below.get(element) ?? { member: false, below: new Map<string, Node>() };
      node.below.set(element, next);
      node = next;
    }
    node.member = true;
  }
  const write = ({ member, below }: Node): JsonObject => {
    const draft: JsonDraft = member && below.size > 0 ? { ".": {} } : {};
    for (const [element, next] of below) draft[element] = write(next);
    return draft;
  };
  return write(root);
};

/** A path as messages say it: `.spec.containers[name="a"].image`. */
export const showPath = (path: string): string =>
  splitPath(path)
    .map((element) => {
      const text = element.slice(2);
      if (element.startsWith("f:")) return `.${text}`;
      if (element.startsWith("v:")) return `[=${text}]`;
      const keys = Object.entries(JSON.parse(text) as JsonObject);
      return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`;
    })
    .join("");
