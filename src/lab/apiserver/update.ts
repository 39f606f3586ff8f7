import type { ApiRequest } from "./api-request.ts";
import { asStored, inVersion } from "./conversion.ts";
import { createObject } from "./create.ts";
import { decodeRequest } from "./decode.ts";
import type { Environment } from "./environment.ts";
import { eventChangeProblems } from "./event-validation.ts";
import { jsonEqual, withAt } from "./json.ts";
import { type KubeObject, nameOf, namespaceOf, withField, withMeta } from "./kube-object.ts";
import { isHeld } from "./lifecycle.ts";
import { ownUpdate } from "./managed-fields.ts";
import { shapeOf } from "./merge-shape.ts";
import type { ObjectOutcome } from "./outcome.ts";
import { badRequest, conflict, invalid, isRefusal, notFound, type Refusal } from "./refusal.ts";
import type { Resource } from "./resource.ts";
import { judge } from "./validation.ts";
import { type WriteContext, writeContext } from "./write-context.ts";

/** Kinds whose PUT must say which version it replaces, beside all custom resources. */
const CONDITIONAL = new Set(["Lease", "CustomResourceDefinition"]);

/** Kinds whose PUT creates what is missing. */
const CREATED_BY_PUT = new Set(["Lease", "Endpoints", "Event"]);

const staleness = (resource: Resource, before: KubeObject, incoming: KubeObject): Refusal | undefined => {
  const { resourceVersion, uid } = incoming.metadata;
  const name = nameOf(before);
  if (uid !== undefined && uid !== before.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid ?? ""}`;
    return conflict(resource, name, why);
  }
  if (resourceVersion === undefined || resourceVersion === before.metadata.resourceVersion) return undefined;
  return conflict(resource, name);
};

/** The old object with only that of the new one which the endpoint may change. */
const withinReach = (
  { resource, subresource }: WriteContext,
  before: KubeObject,
  incoming: KubeObject,
): KubeObject => {
  if (subresource === "status") {
    return withMeta(withField(before, "status", incoming["status"]), {
      managedFields: incoming.metadata.managedFields,
    });
  }
  const { uid, creationTimestamp, generation, deletionTimestamp, deletionGracePeriodSeconds, namespace } =
    before.metadata;
  const kept = {
    uid,
    creationTimestamp,
    generation,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    namespace,
  };
  const system = { ...kept, name: nameOf(before), resourceVersion: before.metadata.resourceVersion };
  const next = withMeta(incoming, system);
  return resource.hasStatus ? withField(next, "status", before["status"]) : next;
};

const counted = ({ resource, subresource }: WriteContext, object: KubeObject): KubeObject => {
  const { metadata: _metadata, apiVersion: _version, ...rest } = object;
  const spec = resource.hasStatus || subresource === "status" ? withAt(rest, ["status"], undefined) : rest;
  return spec as KubeObject;
};

const withGeneration = (context: WriteContext, before: KubeObject, next: KubeObject): KubeObject =>
  context.resource.hasGeneration && !jsonEqual(counted(context, before), counted(context, next))
    ? withMeta(next, { generation: (before.metadata.generation ?? 0) + 1 })
    : next;

/**
 * Replaces an object by what a PUT, a patch or an apply made of it: nothing new means no write, and the last
 * finalizer of a deleted object takes it along.
 */
export const replaceObject = (
  context: WriteContext,
  before: KubeObject,
  incoming: KubeObject,
  own: (before: KubeObject, after: KubeObject) => KubeObject,
): KubeObject | Refusal => {
  const { env, resource } = context;
  const stale = staleness(resource, before, incoming);
  if (stale !== undefined) return stale;
  const next = withGeneration(context, before, own(before, withinReach(context, before, incoming)));
  const refused = judge(env, resource, next, before);
  if (refused !== undefined) return refused;
  const changed = eventChangeProblems(resource, before, next);
  if (changed.length > 0) return invalid(resource, nameOf(next), changed);
  if (jsonEqual(before, next)) return before;
  if (context.dryRun) return next;
  if (next.metadata.deletionGracePeriodSeconds === 0 && !isHeld(next)) {
    env.store.remove(resource.storage, asStored(next));
    return next;
  }
  return inVersion(resource, env.store.put(resource.storage, asStored(next)));
};

/** Ownership by an ordinary write. */
export const ownByUpdate =
  ({ resource, writer }: WriteContext) =>
  (before: KubeObject | undefined, after: KubeObject): KubeObject =>
    ownUpdate(before, after, writer, shapeOf(resource));

/** The stored object that a write is about, in the version that the client speaks. */
export const storedObject = ({ env, resource, namespace, name }: WriteContext): KubeObject | undefined => {
  const stored = env.store.get(resource.storage, namespace, name);
  return stored === undefined ? undefined : inVersion(resource, stored);
};

const nameProblem = ({ name, namespace }: WriteContext, object: KubeObject): Refusal | undefined => {
  if (nameOf(object) !== "" && nameOf(object) !== name) {
    return badRequest(
      `the name of the object (${nameOf(object)}) does not match the name on the URL (${name})`,
    );
  }
  if (namespaceOf(object) === "" || namespaceOf(object) === namespace) return undefined;
  return badRequest("the namespace of the provided object does not match the namespace sent on the request");
};

/** PUT, of an object or of its status. */
export const update = (
  env: Environment,
  resource: Resource,
  request: ApiRequest,
): ObjectOutcome | Refusal => {
  const context = writeContext(env, resource, request, "Update");
  if (isRefusal(context)) return context;
  const decoded = decodeRequest(resource, request);
  if (isRefusal(decoded)) return decoded;
  const { object: incoming, warnings } = decoded;
  const mismatch = nameProblem(context, incoming);
  if (mismatch !== undefined) return mismatch;
  const before = storedObject(context);
  const own = ownByUpdate(context);
  const done = (object: KubeObject | Refusal, status: 200 | 201): ObjectOutcome | Refusal =>
    isRefusal(object) ? object : { kind: "object", status, resource, object, warnings };
  if (before === undefined) {
    if (!CREATED_BY_PUT.has(resource.kind)) return notFound(resource, context.name);
    return done(
      createObject(context, incoming, (object) => own(undefined, object)),
      201,
    );
  }
  const conditional = resource.schema !== undefined || CONDITIONAL.has(resource.kind);
  if (conditional && incoming.metadata.resourceVersion === undefined) {
    const message = "Invalid value: 0: must be specified for an update";
    // Of a custom resource the real server names the plural here.
    const named = resource.schema === undefined ? resource : { ...resource, kind: resource.plural };
    return invalid(named, context.name, [
      { field: "metadata.resourceVersion", reason: "FieldValueInvalid", message },
    ]);
  }
  return done(replaceObject(context, before, incoming, own), 200);
};
