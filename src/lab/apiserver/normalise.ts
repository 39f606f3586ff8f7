import { isArray, isObject, type Json, type JsonDraft } from "./json.ts";
import type { KubeObject } from "./kube-object.ts";

/** Go maps with `omitempty`: empty, they vanish. Structs (`podSelector: {}`) stay. */
const MAPS = new Set([
  "data",
  "binaryData",
  "stringData",
  "labels",
  "annotations",
  "matchLabels",
  "nodeSelector",
  "limits",
  "requests",
  "capacity",
  "allocatable",
  "deprecatedTopology",
]);

/** JSON as it is, which Go's types do not look into: the default that a CustomResourceDefinition's schema gives a field. */
const RAW = new Set(["default"]);

/** Lists without `omitempty`: empty or absent, they come back as null. */
const NULL_LISTS: Readonly<Record<string, readonly string[]>> = {
  EndpointSlice: ["endpoints", "ports"],
  Role: ["rules"],
  ClusterRole: ["rules"],
};

const isEmpty = (key: string, value: Json): boolean =>
  value === null ||
  (isArray(value) && value.length === 0) ||
  (MAPS.has(key) && isObject(value) && Object.keys(value).length === 0);

const clean = (value: Json): Json => {
  if (isArray(value)) return value.map(clean);
  if (!isObject(value)) return value;
  const kept: JsonDraft = {};
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    if (RAW.has(key)) {
      kept[key] = item;
      continue;
    }
    const cleaned = clean(item);
    if (!isEmpty(key, cleaned)) kept[key] = cleaned;
  }
  return kept;
};

/**
 * A built-in object after a trip through Go's types and protobuf: nulls, empty lists and empty maps are gone,
 * except where the API says null.
 */
export const normalise = (object: KubeObject): KubeObject => {
  const { metadata, ...rest } = clean(object) as KubeObject;
  const nulls = (NULL_LISTS[object.kind] ?? []).flatMap((field) =>
    rest[field] === undefined ? [[field, null]] : [],
  );
  return { ...rest, metadata: metadata ?? {}, ...Object.fromEntries(nulls) } as KubeObject;
};
