import type { ApiRequest } from "./api-request.ts";
import type { Environment } from "./environment.ts";
import type { ObjectOutcome } from "./outcome.ts";
import { notFound, type Refusal } from "./refusal.ts";
import type { Resource } from "./resource.ts";
import { inVersion } from "./conversion.ts";

/** GET of one object. */
export const get = (
  env: Environment,
  resource: Resource,
  { target }: ApiRequest,
): ObjectOutcome | Refusal => {
  const { namespace = "", name = "" } = target ?? {};
  const object = env.store.get(resource.storage, namespace, name);
  if (object === undefined) return notFound(resource, name);
  return { kind: "object", status: 200, resource, object: inVersion(resource, object), warnings: [] };
};
