import { parse } from "yaml";
import type { ApiRequest } from "./api-request.ts";
import { withBuiltinDefaults } from "./defaults.ts";
import { asString, at, isObject, type Json, type JsonObject } from "./json.ts";
import type { KubeObject } from "./kube-object.ts";
import { microTimeProblem } from "./micro-time.ts";
import { normalise } from "./normalise.ts";
import { badRequest, isRefusal, type Refusal, unsupportedMediaType } from "./refusal.ts";
import { groupVersion, type Resource } from "./resource.ts";
import { prune, withDefaults } from "./schema.ts";

/** An object as it can be stored, and what a client should be warned of. */
export interface Decoded {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

/** A request's media type, without parameters. */
export const mediaType = ({ headers }: ApiRequest): string =>
  (headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";

/** Reads a body as JSON or, by its media type, as YAML. */
export const readBody = (request: ApiRequest): Json | Refusal => {
  const type = mediaType(request);
  if (type !== "" && !/[/+](?:json|yaml)$/u.test(type)) return unsupportedMediaType();
  try {
    return (type.endsWith("yaml") ? parse(request.body) : JSON.parse(request.body)) as Json;
  } catch (error) {
    return badRequest(`error parsing the body: ${error instanceof Error ? error.message : "unreadable"}`);
  }
};

const unknownFields = (resource: Resource, object: JsonObject): readonly string[] => {
  const known = new Set(["apiVersion", "kind", "metadata", ...resource.topLevelFields]);
  return resource.topLevelFields.length === 0 ? [] : Object.keys(object).filter((field) => !known.has(field));
};

const cannotHandle = (resource: Resource, why: string): Refusal =>
  badRequest(
    `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${why}`,
  );

const decodeCustom = (
  resource: Resource,
  object: KubeObject,
): { object: KubeObject; unknown: readonly string[] } => {
  const { apiVersion, kind, metadata, ...rest } = object;
  if (resource.schema === undefined) return { object, unknown: [] };
  const { value, unknown } = prune(resource.schema, rest, "");
  const filled = withDefaults(resource.schema, value) as JsonObject;
  return {
    object: { apiVersion, kind, metadata: normalise({ apiVersion, kind, metadata }).metadata, ...filled },
    unknown,
  };
};

const decodeBuiltin = (
  resource: Resource,
  object: KubeObject,
): { object: KubeObject; unknown: readonly string[] } => {
  const unknown = unknownFields(resource, object);
  const known = Object.fromEntries(Object.entries(object).filter(([field]) => !unknown.includes(field)));
  // Twice: defaults look at what is left, and may themselves leave something empty.
  return { object: normalise(withBuiltinDefaults(normalise(known as KubeObject))), unknown };
};

/**
 * Turns a body into an object of a resource: kind checked, unknown fields dropped (refused when strict),
 * emptiness normalised, defaults filled in. Strictness knows built-in kinds' top-level fields and custom
 * resources' whole schema.
 */
export const decodeObject = (resource: Resource, body: Json, fieldValidation: string): Decoded | Refusal => {
  if (!isObject(body)) return badRequest("the body of the request is not an object");
  const apiVersion = asString(body["apiVersion"]) || groupVersion(resource);
  const kind = asString(body["kind"]) || resource.kind;
  if (apiVersion !== groupVersion(resource)) {
    return badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${groupVersion(resource)})`,
    );
  }
  if (kind !== resource.kind) return badRequest(`no kind "${kind}" is registered for this resource`);
  const raw: KubeObject = {
    ...body,
    apiVersion,
    kind,
    metadata: isObject(body["metadata"]) ? body["metadata"] : {},
  };
  const time = microTimeProblem(raw);
  if (time !== undefined) return cannotHandle(resource, time);
  const decoded = resource.schema === undefined ? decodeBuiltin(resource, raw) : decodeCustom(resource, raw);
  const warnings = decoded.unknown.map((field) => `unknown field "${field}"`);
  if (warnings.length > 0 && fieldValidation === "Strict") {
    return cannotHandle(resource, `strict decoding error: ${warnings.join(", ")}`);
  }
  return { object: decoded.object, warnings: fieldValidation === "Ignore" ? [] : warnings };
};

/** Reads and decodes the object that a POST or PUT carries. */
export const decodeRequest = (resource: Resource, request: ApiRequest): Decoded | Refusal => {
  const body = readBody(request);
  if (isRefusal(body)) return body;
  return decodeObject(resource, body, request.query.get("fieldValidation") ?? "Warn");
};

/** The name that a body gives itself. */
export const bodyName = (body: Json): string => asString(at(body, "metadata", "name"));
