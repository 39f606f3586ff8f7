import type { Controller } from "./controller.ts";
import { deleteObject } from "./delete.ts";
import type { Environment } from "./environment.ts";
import { type KubeObject, namespaceOf, type OwnerReference, withMeta } from "./kube-object.ts";

const isAlive = ({ registry, store }: Environment, dependent: KubeObject, owner: OwnerReference): boolean => {
  const resource = registry.findKind(owner.apiVersion, owner.kind);
  if (resource === undefined) return false;
  const namespace = resource.namespaced ? namespaceOf(dependent) : "";
  return store.get(resource.storage, namespace, owner.name)?.metadata.uid === owner.uid;
};

/**
 * When an owner goes, its dependents go, unless another owner is left; then they only forget the one that
 * went. An owner that never was here is not missed.
 */
export const collectGarbage: Controller = (env, { before, after }) => {
  const uid = before?.metadata.uid;
  if (after !== undefined || uid === undefined) return;
  for (const { storage, object } of env.store.dependentsOf(uid)) {
    const resource = env.registry.findStorage(storage);
    const owners = object.metadata.ownerReferences ?? [];
    const left = owners.filter((owner) => isAlive(env, object, owner));
    if (left.length > 0) env.store.put(storage, withMeta(object, { ownerReferences: left }));
    else if (resource !== undefined) deleteObject(env, resource, object);
  }
};
