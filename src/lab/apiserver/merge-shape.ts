import type { Resource } from "./resource.ts";
import { fieldSchema, type Schema } from "./schema.ts";

/** How the values at a path merge, in server-side apply and in a strategic merge patch. */
export interface MergeShape {
  /** `map` lists merge item by item, by the keys; `set` lists by value; `atomic` ones are replaced. */
  readonly list: "atomic" | "set" | "map";
  /** Fields that tell the items of a `map` list apart; the first is the key of a strategic merge patch. */
  readonly keys: readonly string[];
  /** Whether a map has one owner as a whole. */
  readonly atomicMap: boolean;
}

/** The shape at a path of field names (list items add nothing to it). */
export type ShapeOf = (path: readonly string[]) => MergeShape;

const PLAIN: MergeShape = { list: "atomic", keys: [], atomicMap: false };
const OWNED_WHOLE: MergeShape = { ...PLAIN, atomicMap: true };
const SET: MergeShape = { ...PLAIN, list: "set" };
const by = (...keys: readonly string[]): MergeShape => ({ ...PLAIN, list: "map", keys });

/**
 * The API's patchMergeKey, listType and mapType marks, by field name or `parent/field`; what is not here is
 * an atomic list or a granular map. https://github.com/kubernetes/api
 */
const BUILTIN: Readonly<Record<string, MergeShape>> = {
  conditions: by("type"),
  containers: by("name"),
  "containers/ports": by("containerPort", "protocol"),
  env: by("name"),
  ephemeralContainers: by("name"),
  fieldRef: OWNED_WHOLE,
  finalizers: SET,
  hostAliases: by("ip"),
  hostIPs: by("ip"),
  imagePullSecrets: by("name"),
  initContainers: by("name"),
  "initContainers/ports": by("containerPort", "protocol"),
  involvedObject: OWNED_WHOLE,
  namespaceSelector: OWNED_WHOLE,
  nodeSelector: OWNED_WHOLE,
  ownerReferences: by("uid"),
  podCIDRs: SET,
  podIPs: by("ip"),
  podSelector: OWNED_WHOLE,
  regarding: OWNED_WHOLE,
  roleRef: OWNED_WHOLE,
  secrets: by("name"),
  "spec/ports": by("port", "protocol"),
  "spec/selector": OWNED_WHOLE,
  "status/addresses": by("type"),
  topologySpreadConstraints: by("topologyKey", "whenUnsatisfiable"),
  volumeDevices: by("devicePath"),
  volumeMounts: by("mountPath"),
  volumes: by("name"),
};

const builtinShape: ShapeOf = (path) => {
  const field = path.at(-1) ?? "";
  return BUILTIN[`${path.at(-2) ?? ""}/${field}`] ?? BUILTIN[field] ?? PLAIN;
};

const schemaShape =
  (root: Schema): ShapeOf =>
  (path) => {
    if (path[0] === "metadata") return builtinShape(path);
    let schema: Schema | undefined = root;
    for (const [index, field] of path.entries()) {
      schema = fieldSchema(schema, field);
      while (schema?.items !== undefined && index < path.length - 1) schema = schema.items;
    }
    return {
      list: schema?.["x-kubernetes-list-type"] ?? "atomic",
      keys: schema?.["x-kubernetes-list-map-keys"] ?? [],
      atomicMap: schema?.["x-kubernetes-map-type"] === "atomic",
    };
  };

/** The shapes of a resource: the built-in table, or what a custom resource's schema declares. */
export const shapeOf = ({ schema }: Pick<Resource, "schema">): ShapeOf =>
  schema === undefined ? builtinShape : schemaShape(schema);
