import type { Controller } from "./controller.ts";
import { established, resourcesOf } from "./crd.ts";
import { deleteObject } from "./delete.ts";
import { timestamp } from "./environment.ts";
import { asArray, at } from "./json.ts";
import { nameOf } from "./kube-object.ts";

const DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";

/** Serves what a CustomResourceDefinition defines; when it goes, its resources and their objects go. */
export const registerDefinition: Controller = (env, { storage, before, after }) => {
  if (storage !== DEFINITIONS) return;
  if (after !== undefined) {
    env.registry.serve(nameOf(after), resourcesOf(after));
    return;
  }
  const [resource] = before === undefined ? [] : resourcesOf(before);
  if (before === undefined || resource === undefined) return;
  for (const object of env.store.list(resource.storage)) deleteObject(env, resource, object);
  env.registry.withdraw(nameOf(before));
};

/** Says so in the definition's status. */
export const establishDefinition: Controller = (env, { storage, after }) => {
  if (storage !== DEFINITIONS || after === undefined) return;
  const current = env.store.get(storage, "", nameOf(after));
  if (current === undefined) return;
  const conditions = asArray(at(current, "status", "conditions"));
  if (conditions.some((condition) => at(condition, "type") === "Established")) return;
  env.store.put(storage, established(current, timestamp(env.now())));
};
