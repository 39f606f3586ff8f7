import { asStored, inVersion } from "./conversion.ts";
import { decodeObject, decodeRequest } from "./decode.ts";
import type { ApiRequest } from "./api-request.ts";
import { type Environment, timestamp } from "./environment.ts";
import { type KubeObject, nameOf, namespaceOf, withMeta, withField } from "./kube-object.ts";
import { atBirth } from "./lifecycle.ts";
import { ownUpdate } from "./managed-fields.ts";
import { shapeOf } from "./merge-shape.ts";
import type { ObjectOutcome } from "./outcome.ts";
import {
  alreadyExists,
  badRequest,
  forbidden,
  internal,
  isRefusal,
  notFound,
  type Refusal,
} from "./refusal.ts";
import type { Resource } from "./resource.ts";
import { judge } from "./validation.ts";
import { type WriteContext, writeContext } from "./write-context.ts";

const namespaceRefusal = ({ env, resource, namespace }: WriteContext, name: string): Refusal | undefined => {
  if (!resource.namespaced) return undefined;
  const home = env.store.get("namespaces", "", namespace);
  if (home === undefined) return notFound({ group: "", plural: "namespaces" }, namespace);
  if (home.metadata.deletionTimestamp === undefined) return undefined;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const cause = {
    reason: "NamespaceTerminating",
    message: `namespace ${namespace} is being terminated`,
    field: "metadata.namespace",
  };
  return forbidden(resource, name, why, [cause]);
};

/** The system's part of a new object's metadata. */
const withIdentity = ({ env, resource, namespace, writer }: WriteContext, object: KubeObject): KubeObject => {
  const { name, generateName } = object.metadata;
  return withMeta(object, {
    name: name ?? (generateName === undefined ? undefined : generateName + env.newSuffix()),
    namespace: resource.namespaced ? namespace : undefined,
    uid: env.newUid(),
    creationTimestamp: writer.time,
    generation: resource.hasGeneration ? 1 : undefined,
    resourceVersion: undefined,
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
  });
};

/**
 * Stores a new object. The object is decoded and its fields are owned already where it comes from a
 * server-side apply; `own` says how they become owned otherwise.
 */
export const createObject = (
  context: WriteContext,
  decoded: KubeObject,
  own: (object: KubeObject) => KubeObject,
): KubeObject | Refusal => {
  const { env, resource, namespace } = context;
  if (namespaceOf(decoded) !== "" && namespaceOf(decoded) !== namespace) {
    return badRequest(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
  if (decoded.metadata.resourceVersion !== undefined) {
    return internal("resourceVersion should not be set on objects to be created");
  }
  const object = atBirth(resource, own(withIdentity(context, decoded)), env);
  const name = nameOf(object);
  const refused = namespaceRefusal(context, name) ?? judge(env, resource, object);
  if (refused !== undefined) return refused;
  if (env.store.get(resource.storage, namespace, name) !== undefined) return alreadyExists(resource, name);
  return context.dryRun ? object : inVersion(resource, env.store.put(resource.storage, asStored(object)));
};

/** POST. */
export const create = (
  env: Environment,
  resource: Resource,
  request: ApiRequest,
): ObjectOutcome | Refusal => {
  const context = writeContext(env, resource, request, "Update");
  if (isRefusal(context)) return context;
  const decoded = decodeRequest(resource, request);
  if (isRefusal(decoded)) return decoded;
  const own = (object: KubeObject): KubeObject => {
    const clean = withMeta(object, { managedFields: undefined });
    // The status of a custom resource is left out at its birth, and owned by nobody.
    const kept =
      resource.schema !== undefined && resource.hasStatus ? withField(clean, "status", undefined) : clean;
    return ownUpdate(undefined, kept, context.writer, shapeOf(resource));
  };
  const created = createObject(context, decoded.object, own);
  if (isRefusal(created)) return created;
  return { kind: "object", status: 201, resource, object: created, warnings: decoded.warnings };
};

/** Stores an object with its defaults and its status: how a test furnishes a cluster. Replaces what is there. */
export const seed = (env: Environment, resource: Resource, given: KubeObject): KubeObject | Refusal => {
  const decoded = decodeObject(resource, given, "Ignore");
  if (isRefusal(decoded)) return decoded;
  const { object } = decoded;
  const namespace = resource.namespaced ? namespaceOf(object) || "default" : "";
  const before = env.store.get(resource.storage, namespace, nameOf(object));
  const time = timestamp(env.now());
  return env.store.put(
    resource.storage,
    withMeta(asStored(object), {
      namespace: resource.namespaced ? namespace : undefined,
      uid: object.metadata.uid ?? before?.metadata.uid ?? env.newUid(),
      creationTimestamp: object.metadata.creationTimestamp ?? before?.metadata.creationTimestamp ?? time,
      generation: resource.hasGeneration ? (before?.metadata.generation ?? 0) + 1 : undefined,
    }),
  );
};
