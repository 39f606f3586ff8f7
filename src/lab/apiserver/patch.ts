import type { ApiRequest } from "./api-request.ts";
import { createObject } from "./create.ts";
import { bodyName, type Decoded, decodeObject, mediaType, readBody } from "./decode.ts";
import type { Environment } from "./environment.ts";
import { isObject, type Json } from "./json.ts";
import { jsonPatch } from "./json-patch.ts";
import { type KubeObject, withField, withMeta } from "./kube-object.ts";
import { mergePatch } from "./merge-patch.ts";
import { shapeOf } from "./merge-shape.ts";
import type { ObjectOutcome } from "./outcome.ts";
import { badRequest, conflict, isRefusal, notFound, type Refusal, unsupportedMediaType } from "./refusal.ts";
import type { Resource } from "./resource.ts";
import { applyServerSide } from "./server-side-apply.ts";
import { strategicMergePatch } from "./strategic-merge-patch.ts";
import { ownByUpdate, replaceObject, storedObject } from "./update.ts";
import { type WriteContext, writeContext } from "./write-context.ts";

type Patcher = (resource: Resource, target: KubeObject, patch: Json) => Json | Refusal;

const PATCHERS: Readonly<Record<string, Patcher>> = {
  "application/json-patch+json": (_resource, target, patch) => jsonPatch(target, patch),
  "application/merge-patch+json": (_resource, target, patch) => mergePatch(target, patch),
  "application/strategic-merge-patch+json": (resource, target, patch) => {
    if (resource.schema !== undefined) return unsupportedMediaType();
    return isObject(patch)
      ? strategicMergePatch(target, patch, shapeOf(resource))
      : badRequest("the patch is not an object");
  },
};

const APPLY = "application/apply-patch+yaml";

const patchExisting = (
  context: WriteContext,
  patcher: Patcher,
  patch: Json,
  validation: string,
): Decoded | Refusal => {
  const { resource, name } = context;
  const before = storedObject(context);
  if (before === undefined) return notFound(resource, name);
  const patched = patcher(resource, before, patch);
  if (isRefusal(patched)) return patched;
  const decoded = decodeObject(resource, patched, validation);
  if (isRefusal(decoded)) return decoded;
  const object = replaceObject(context, before, decoded.object, ownByUpdate(context));
  return isRefusal(object) ? object : { object, warnings: decoded.warnings };
};

/** The part of an applied configuration that the endpoint may speak of. */
const spoken = ({ resource, subresource }: WriteContext, applied: KubeObject): KubeObject => {
  if (subresource === "status") {
    const { apiVersion, kind, metadata, status } = applied;
    const { name = "", resourceVersion } = metadata;
    return {
      apiVersion,
      kind,
      metadata: { name, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
      ...(status === undefined ? {} : { status }),
    };
  }
  return resource.hasStatus ? withField(applied, "status", undefined) : applied;
};

const applyObject = (
  context: WriteContext,
  body: Json,
  options: { readonly force: boolean; readonly validation: string },
): { readonly decoded: Decoded; readonly created: boolean } | Refusal => {
  const { resource, namespace, name, subresource } = context;
  // Decoded once for its verdict; but what is applied, and owned, is what was written, defaults aside.
  const checked = decodeObject(resource, body, options.validation);
  if (isRefusal(checked)) return checked;
  if (checked.object.metadata.managedFields !== undefined)
    return badRequest("metadata.managedFields must be nil");
  if (bodyName(body) !== "" && bodyName(body) !== name) {
    return badRequest(
      `the name of the object (${bodyName(body)}) does not match the name on the URL (${name})`,
    );
  }
  const { apiVersion, kind } = checked.object;
  const metadata = isObject(body) && isObject(body["metadata"]) ? body["metadata"] : {};
  const applied = spoken(context, { ...(isObject(body) ? body : {}), apiVersion, kind, metadata });
  const live = storedObject(context);
  if (live === undefined && subresource !== "") return notFound(resource, name);
  const { resourceVersion, uid } = applied.metadata;
  // Where nothing stands, the real server heeds an asked uid and no asked resourceVersion.
  if (live === undefined && uid !== undefined) {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    return conflict(resource, name, why);
  }
  if (
    live !== undefined &&
    resourceVersion !== undefined &&
    resourceVersion !== live.metadata.resourceVersion
  )
    return conflict(resource, name);
  const normalise = (object: KubeObject): KubeObject | Refusal => {
    const decoded = decodeObject(resource, object, "Ignore");
    return isRefusal(decoded) ? decoded : decoded.object;
  };
  const next = applyServerSide(live, applied, context.writer, {
    force: options.force,
    shapes: shapeOf(resource),
    normalise,
  });
  if (isRefusal(next)) return next;
  const object =
    live === undefined
      ? createObject(
          context,
          withMeta(next, {
            name,
            namespace: resource.namespaced ? namespace : undefined,
            resourceVersion: undefined,
          }),
          (made) => made,
        )
      : replaceObject(context, live, next, (_before, after) => after);
  if (isRefusal(object)) return object;
  return { decoded: { object, warnings: checked.warnings }, created: live === undefined };
};

/** PATCH in its four media types, of an object or of its status. */
export const patch = (env: Environment, resource: Resource, request: ApiRequest): ObjectOutcome | Refusal => {
  const type = mediaType(request);
  const patcher = PATCHERS[type];
  if (patcher === undefined && type !== APPLY) return unsupportedMediaType();
  const context = writeContext(env, resource, request, type === APPLY ? "Apply" : "Update");
  if (isRefusal(context)) return context;
  const body = readBody(request);
  if (isRefusal(body)) return body;
  const validation = request.query.get("fieldValidation") ?? "Warn";
  if (patcher !== undefined) {
    const patched = patchExisting(context, patcher, body, validation);
    return isRefusal(patched) ? patched : { kind: "object", status: 200, resource, ...patched };
  }
  const force = request.query.get("force") === "true";
  const applied = applyObject(context, body, { force, validation });
  if (isRefusal(applied)) return applied;
  return { kind: "object", status: applied.created ? 201 : 200, resource, ...applied.decoded };
};
