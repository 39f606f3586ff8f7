import type { ApiRequest } from "./api-request.ts";
import { readBody } from "./decode.ts";
import { type Environment, timestamp } from "./environment.ts";
import { asString, at, isObject, type Json, type JsonObject } from "./json.ts";
import { type KubeObject, nameOf, namespaceOf, withMeta } from "./kube-object.ts";
import { isHeld, markDeleted } from "./lifecycle.ts";
import { jsonDocument, type ListOutcome, type Outcome } from "./outcome.ts";
import {
  deleteConflict,
  forbidden,
  isRefusal,
  notFound,
  preconditionFailed,
  type Refusal,
} from "./refusal.ts";
import type { Resource } from "./resource.ts";
import { parseSelection } from "./selection.ts";
import { inVersion } from "./conversion.ts";

/** Kinds that a DELETE answers with the object itself; the others with a Status. */
const RETURNED = new Set(["Pod", "Service", "ServiceAccount"]);

/** Namespaces that cannot be deleted. */
const IMMORTAL = new Set(["default", "kube-system", "kube-public"]);

const optionsOf = (request: ApiRequest): JsonObject | Refusal => {
  const body: Json | Refusal = request.body === "" ? {} : readBody(request);
  if (isRefusal(body)) return body;
  const { query } = request;
  const fromQuery = ["propagationPolicy", "gracePeriodSeconds"].flatMap((key) => {
    const value = query.get(key);
    return value === null ? [] : [[key, key === "gracePeriodSeconds" ? Number(value) : value] as const];
  });
  return {
    ...Object.fromEntries(fromQuery),
    ...(query.get("dryRun") === "All" ? { dryRun: ["All"] } : {}),
    ...(isObject(body) ? body : {}),
  };
};

const preconditions = (resource: Resource, object: KubeObject, options: JsonObject): Refusal | undefined => {
  const { uid, resourceVersion } = object.metadata;
  const wantedUid = at(options, "preconditions", "uid");
  const wantedVersion = at(options, "preconditions", "resourceVersion");
  const name = nameOf(object);
  if (wantedUid !== undefined && wantedUid !== uid) {
    return preconditionFailed(
      resource,
      name,
      `the UID in the precondition (${asString(wantedUid)}) does not match the UID in record (${uid ?? ""}). The object might have been deleted and then recreated`,
    );
  }
  if (wantedVersion === undefined || wantedVersion === resourceVersion) return undefined;
  return deleteConflict(
    resource,
    name,
    `the ResourceVersion in the precondition (${asString(wantedVersion)}) does not match the ResourceVersion in record (${resourceVersion ?? ""}). The object might have been modified`,
  );
};

/** How long a pod may take to end: nothing where no kubelet has it, or it has ended. */
const graceOf = (object: KubeObject, options: JsonObject): number => {
  const phase = at(object, "status", "phase");
  const scheduled = asString(at(object, "spec", "nodeName")) !== "";
  if (object.kind !== "Pod" || !scheduled || phase === "Succeeded" || phase === "Failed") return 0;
  const grace = options["gracePeriodSeconds"] ?? at(object, "spec", "terminationGracePeriodSeconds");
  return typeof grace === "number" ? grace : 30;
};

const orphan = ({ store }: Environment, owner: KubeObject): void => {
  for (const { storage, object } of store.dependentsOf(owner.metadata.uid ?? "")) {
    const left = (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
    store.put(storage, withMeta(object, { ownerReferences: left.length === 0 ? undefined : left }));
  }
};

/**
 * Deletes an object, or marks it where something holds it: a finalizer, a namespace's contents, a kubelet.
 * Returns the marked object, or `undefined` once it is gone.
 */
export const deleteObject = (
  env: Environment,
  resource: Resource,
  object: KubeObject,
  options: JsonObject = {},
): KubeObject | undefined => {
  const { store, now } = env;
  if (options["propagationPolicy"] === "Orphan") orphan(env, object);
  const grace = graceOf(object, options);
  if (grace === 0 && !isHeld(object)) {
    store.remove(resource.storage, object);
    return undefined;
  }
  if (object.metadata.deletionTimestamp !== undefined) return object;
  const due = timestamp(new Date(now().getTime() + grace * 1000));
  return store.put(resource.storage, markDeleted(resource, object, due, grace));
};

const success = (resource: Resource, object: KubeObject): Outcome =>
  jsonDocument({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: {
      name: nameOf(object),
      ...(resource.group === "" ? {} : { group: resource.group }),
      kind: resource.plural,
      uid: object.metadata.uid,
    },
  });

/** DELETE of one object. */
export const remove = (env: Environment, resource: Resource, request: ApiRequest): Outcome => {
  const options = optionsOf(request);
  if (isRefusal(options)) return options;
  const { namespace = "", name = "" } = request.target ?? {};
  const stored = env.store.get(resource.storage, namespace, name);
  if (stored === undefined) return notFound(resource, name);
  if (resource.kind === "Namespace" && IMMORTAL.has(name)) {
    return forbidden(resource, name, "this namespace may not be deleted");
  }
  const refused = preconditions(resource, stored, options);
  if (refused !== undefined) return refused;
  const show = (object: KubeObject): Outcome => ({
    kind: "object",
    status: 200,
    resource,
    object: inVersion(resource, object),
    warnings: [],
  });
  if (options["dryRun"] !== undefined) return show(stored);
  const held = deleteObject(env, resource, stored, options);
  if (held !== undefined) return show(held);
  return RETURNED.has(resource.kind) ? show(stored) : success(resource, stored);
};

/** DELETE of a collection: answers with what it deleted. */
export const removeCollection = (
  env: Environment,
  resource: Resource,
  request: ApiRequest,
): ListOutcome | Refusal => {
  const options = optionsOf(request);
  if (isRefusal(options)) return options;
  const { namespace = "" } = request.target ?? {};
  const selects = parseSelection(resource, { namespace, name: "" }, request.query);
  if (isRefusal(selects)) return selects;
  const items = env.store.list(resource.storage).filter(selects);
  if (options["dryRun"] === undefined) for (const item of items) deleteObject(env, resource, item, options);
  return {
    kind: "list",
    resource,
    items: items.map((item) => inVersion(resource, item)),
    metadata: { resourceVersion: String(env.store.revision) },
  };
};

/** Deletes everything in a namespace; what finalizers hold stays, marked. */
export const emptyNamespace = (env: Environment, namespace: string): void => {
  for (const storage of env.store.storages()) {
    const resource = env.registry.findStorage(storage);
    if (resource === undefined || !resource.namespaced) continue;
    for (const object of env.store.list(storage)) {
      if (namespaceOf(object) === namespace) deleteObject(env, resource, object, { gracePeriodSeconds: 0 });
    }
  }
};
