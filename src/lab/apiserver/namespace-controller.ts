import type { Controller } from "./controller.ts";
import { emptyNamespace } from "./delete.ts";
import { namespaceOf, nameOf, withField } from "./kube-object.ts";

/** Empties a namespace that is being deleted, and lets it go once nothing is left in it. */
export const finishNamespaces: Controller = (env, { before, after }) => {
  const { store } = env;
  const changed = after ?? before;
  const name =
    changed?.kind === "Namespace"
      ? nameOf(changed)
      : namespaceOf(changed ?? { apiVersion: "", kind: "", metadata: {} });
  const namespace = store.get("namespaces", "", name);
  if (namespace?.metadata.deletionTimestamp === undefined) return;
  emptyNamespace(env, name);
  const isEmpty = store
    .storages()
    .every((storage) => store.list(storage).every((object) => namespaceOf(object) !== name));
  if (isEmpty && (namespace.metadata.finalizers ?? []).length === 0) {
    store.remove("namespaces", withField(namespace, "spec", {}));
  }
};
