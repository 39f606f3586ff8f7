import type { JsonObject } from "./json.ts";
import { groupKind, groupResource, type Resource } from "./resource.ts";

/** One field that is wrong: the shape that validators answer in. */
export interface FieldProblem {
  /** Path, as in `spec.ingress[0].ports[0].endPort`. */
  readonly field: string;
  readonly message: string;
  /** FieldValueInvalid, FieldValueRequired, FieldValueNotSupported, ... */
  readonly reason: string;
}

/** A request that is not granted, on its way to a `Status` object. Bad requests are values, not exceptions. */
export interface Refusal {
  readonly kind: "refusal";
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: JsonObject;
  readonly retryAfterSeconds?: number;
  /** With a 410 of a paged list: where a client may go on that accepts an inconsistent rest. */
  readonly continueToken?: string;
}

/** Whether a step ended in a refusal. */
export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "refusal";

const refusal = (code: number, reason: string, message: string, details?: JsonObject): Refusal => ({
  kind: "refusal",
  code,
  reason,
  message,
  ...(details === undefined ? {} : { details }),
});

const detailsOf = (resource: Pick<Resource, "group" | "plural">, name: string): JsonObject => ({
  name,
  ...(resource.group === "" ? {} : { group: resource.group }),
  kind: resource.plural,
});

/** 404 for an object. */
export const notFound = (resource: Pick<Resource, "group" | "plural">, name: string): Refusal =>
  refusal(404, "NotFound", `${groupResource(resource)} "${name}" not found`, detailsOf(resource, name));

/** 404 for a path whose resource exists, such as a subresource that it lacks. */
export const noSuchEndpoint = (): Refusal =>
  refusal(404, "NotFound", "the server could not find the requested resource", {});

/** 405. */
export const methodNotAllowed = (): Refusal =>
  refusal(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});

/** 400. */
export const badRequest = (message: string): Refusal => refusal(400, "BadRequest", message);

/** 401. */
export const unauthorized = (): Refusal => refusal(401, "Unauthorized", "Unauthorized");

/** 403, with the name of a cause where clients look for one. */
export const forbidden = (
  resource: Resource,
  name: string,
  message: string,
  causes?: readonly JsonObject[],
): Refusal =>
  refusal(403, "Forbidden", `${groupResource(resource)} "${name}" is forbidden: ${message}`, {
    ...detailsOf(resource, name),
    ...(causes === undefined ? {} : { causes }),
  });

/** 409 for a name that is taken. */
export const alreadyExists = (resource: Resource, name: string): Refusal =>
  refusal(
    409,
    "AlreadyExists",
    `${groupResource(resource)} "${name}" already exists`,
    detailsOf(resource, name),
  );

/** 409 for a write that was meant for another version. */
export const conflict = (
  resource: Resource,
  name: string,
  why = "the object has been modified; please apply your changes to the latest version and try again",
): Refusal =>
  refusal(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${groupResource(resource)} "${name}": ${why}`,
    detailsOf(resource, name),
  );

/** 409 for a deletion of another state than was meant; of a custom resource the real server names the kind. */
export const deleteConflict = (resource: Resource, name: string, why: string): Refusal =>
  conflict(resource.schema === undefined ? resource : { ...resource, plural: resource.kind }, name, why);

/** 409 for a precondition; the real server names the kind here, not the resource. */
export const preconditionFailed = (resource: Resource, name: string, why: string): Refusal =>
  refusal(409, "Conflict", `Operation cannot be fulfilled on ${resource.kind} "${name}": ${why}`, {
    name,
    kind: resource.kind,
  });

/** 409 of a server-side apply that would take fields from other managers. */
export const applyConflict = (conflicts: readonly { manager: string; field: string }[]): Refusal => {
  const managers = [...new Set(conflicts.map((entry) => entry.manager))];
  const one = managers.length === 1;
  const fieldsOf = (manager: string): string[] =>
    conflicts.filter((entry) => entry.manager === manager).map((entry) => entry.field);
  const list = managers.map((manager) => {
    const fields = fieldsOf(manager);
    return fields.length === 1
      ? `conflict with ${manager}: ${fields.join("")}`
      : `conflicts with ${manager}:\n${fields.map((field) => `- ${field}`).join("\n")}`;
  });
  return refusal(
    409,
    "Conflict",
    `Apply failed with ${conflicts.length} conflict${conflicts.length === 1 ? "" : "s"}: ${
      one ? list.join("") : list.join("\n")
    }`,
    {
      causes: conflicts.map(({ manager, field }) => ({
        reason: "FieldManagerConflict",
        message: `conflict with ${manager}`,
        field,
      })),
    },
  );
};

/** 410 for what the history no longer tells. */
export const expired = (message: string): Refusal => refusal(410, "Expired", message);

/** 415. */
export const unsupportedMediaType = (): Refusal =>
  refusal(415, "UnsupportedMediaType", "415: Unsupported Media Type", {});

/** 422 for an object whose fields are wrong. */
export const invalid = (
  kind: Pick<Resource, "group" | "kind">,
  name: string,
  problems: readonly FieldProblem[],
): Refusal => {
  const list = problems.map(({ field, message }) => `${field}: ${message}`);
  const text = list.length === 1 ? list.join("") : `[${list.join(", ")}]`;
  return refusal(422, "Invalid", `${groupKind(kind)} "${name}" is invalid: ${text}`, {
    ...(name === "" ? {} : { name }),
    ...(kind.group === "" ? {} : { group: kind.group }),
    kind: kind.kind,
    causes: problems.map(({ reason, message, field }) => ({ reason, message, field })),
  });
};

/** 422 for a patch that cannot be applied. */
export const unprocessable = (): Refusal =>
  refusal(422, "Invalid", "the server rejected our request due to an error in our request", {});

/** 500 where the real server gives a bare one. */
export const internal = (message: string): Refusal => refusal(500, "", message);

/** 504 for a resource version that has not happened yet. */
export const futureVersion = (asked: number, current: number): Refusal => ({
  ...refusal(504, "Timeout", `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    retryAfterSeconds: 1,
  }),
  retryAfterSeconds: 1,
});

/** The `Status` object that says so. */
export const statusOf = ({ code, reason, message, details, continueToken }: Refusal): JsonObject => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: continueToken === undefined ? {} : { continue: continueToken },
  status: "Failure",
  message,
  ...(reason === "" ? {} : { reason }),
  ...(details === undefined ? {} : { details }),
  code,
});
