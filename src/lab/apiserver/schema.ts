import { asObject, isArray, isObject, type Json, type JsonObject } from "./json.ts";

/** A rule in the Common Expression Language, over `self` and, where it judges a change, `oldSelf`. */
export interface CelRule extends JsonObject {
  readonly rule: string;
  readonly message?: string;
}

/** The part of a CustomResourceDefinition's structural OpenAPI v3 schema that this server reads. */
export interface Schema extends JsonObject {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly enum?: readonly Json[];
  readonly default?: Json;
  readonly nullable?: boolean;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: "granular" | "atomic";
  readonly "x-kubernetes-validations"?: readonly CelRule[];
}

/** The schema of one field of a map, if it has one. */
export const fieldSchema = (schema: Schema | undefined, field: string): Schema | undefined => {
  const declared = schema?.properties?.[field];
  if (declared !== undefined) return declared;
  return isObject(schema?.additionalProperties) ? schema.additionalProperties : undefined;
};

const keepsUnknown = (schema: Schema): boolean =>
  schema["x-kubernetes-preserve-unknown-fields"] === true ||
  schema.additionalProperties === true ||
  (schema.properties === undefined && schema.additionalProperties === undefined && schema.type !== "object");

/** What is left of a value once fields that the schema does not know are pruned, and what those were. */
export const prune = (
  schema: Schema,
  value: Json,
  path: string,
): { readonly value: Json; readonly unknown: readonly string[] } => {
  const unknown: string[] = [];
  const walk = (schema: Schema | undefined, value: Json, path: string): Json => {
    if (schema === undefined) return value;
    if (isArray(value)) return value.map((item, index) => walk(schema.items, item, `${path}[${index}]`));
    if (!isObject(value)) return value;
    const kept: Record<string, Json> = {};
    for (const [key, item] of Object.entries(value)) {
      const field = path === "" ? key : `${path}.${key}`;
      const below = fieldSchema(schema, key);
      if (item === undefined || (item === null && below?.nullable !== true && below !== undefined)) continue;
      if (below !== undefined) kept[key] = walk(below, item, field);
      else if (keepsUnknown(schema)) kept[key] = item;
      else unknown.push(field);
    }
    return kept;
  };
  return { value: walk(schema, value, path), unknown };
};

/** The value with the schema's defaults where nothing is said. */
export const withDefaults = (schema: Schema | undefined, value: Json): Json => {
  if (schema === undefined) return value;
  if (isArray(value)) return value.map((item) => withDefaults(schema.items, item));
  if (!isObject(value)) return value;
  const filled: Record<string, Json | undefined> = { ...value };
  for (const [key, below] of Object.entries(schema.properties ?? {})) {
    if (filled[key] === undefined && below.default !== undefined) filled[key] = below.default;
  }
  for (const [key, item] of Object.entries(filled)) {
    if (item !== undefined) filled[key] = withDefaults(fieldSchema(schema, key), item);
  }
  return asObject(filled);
};
