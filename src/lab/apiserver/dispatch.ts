import type { ApiRequest } from "./api-request.ts";
import { create } from "./create.ts";
import { remove, removeCollection } from "./delete.ts";
import { discovery } from "./discovery.ts";
import type { Environment } from "./environment.ts";
import { get } from "./get.ts";
import { list } from "./list.ts";
import { openApi } from "./openapi.ts";
import { jsonDocument, noSuchPath, type Outcome, textDocument } from "./outcome.ts";
import { patch } from "./patch.ts";
import { methodNotAllowed, noSuchEndpoint, type Refusal } from "./refusal.ts";
import type { Resource } from "./resource.ts";
import type { Target, Verb } from "./route.ts";
import { update } from "./update.ts";
import { watch, type WatchPlan } from "./watch.ts";

type Handler = (env: Environment, resource: Resource, request: ApiRequest) => Outcome | WatchPlan;

const HANDLERS: Readonly<Record<Verb, Handler>> = {
  get,
  list,
  watch,
  create,
  update,
  patch,
  delete: remove,
  deletecollection: removeCollection,
};

const VERSION = {
  major: "1",
  minor: "36",
  gitVersion: "v1.36.2",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: "linux/amd64",
};

const HEALTH = new Set(["/healthz", "/livez", "/readyz"]);

/** What stands outside the resources. */
const document = ({ registry }: Environment, { path, headers }: ApiRequest): Outcome => {
  if (HEALTH.has(path)) return textDocument(200, "ok");
  if (path === "/version") return jsonDocument(VERSION);
  const resources = registry.all();
  return discovery(resources, path, headers["accept"] ?? "") ?? openApi(resources, path) ?? noSuchPath();
};

/** Why a target that names a resource is none all the same: wrong scope, wrong subresource, wrong verb. */
const misfit = (resource: Resource, target: Target, verb: Verb | undefined): Refusal | undefined => {
  const { namespace, name, subresource } = target;
  const onStatus = subresource === "status" && resource.hasStatus;
  if (subresource !== "" && !onStatus) return noSuchEndpoint();
  if (namespace !== "" && !resource.namespaced) return noSuchEndpoint();
  if (namespace === "" && resource.namespaced && name !== "") return noSuchEndpoint();
  const needsNamespace =
    resource.namespaced && namespace === "" && (verb === "create" || verb === "deletecollection");
  const needsName = name === "" && (verb === "update" || verb === "patch");
  const noStatusVerb = onStatus && verb !== "get" && verb !== "update" && verb !== "patch";
  if (
    verb === undefined ||
    needsNamespace ||
    needsName ||
    noStatusVerb ||
    (verb === "create" && name !== "")
  ) {
    return methodNotAllowed();
  }
  return undefined;
};

/** Answers a request from the state. Pure but for the writes that it commits. */
export const dispatch = (env: Environment, request: ApiRequest): Outcome | WatchPlan => {
  const { target, verb } = request;
  if (target === undefined) return document(env, request);
  const { group, version, plural } = target;
  const resource = env.registry.find(group, version, plural);
  if (resource === undefined) {
    const known = env.registry.all().some((other) => other.group === group && other.version === version);
    return known ? noSuchEndpoint() : noSuchPath();
  }
  const refused = misfit(resource, target, verb);
  if (refused !== undefined) return refused;
  return verb === undefined ? methodNotAllowed() : HANDLERS[verb](env, resource, request);
};
