import type { Controller } from "./controller.ts";
import { deleteObject } from "./delete.ts";
import { nameOf, namespaceOf } from "./kube-object.ts";

/** Ends pods that were deleted gracefully, as their kubelet would. */
export const reapPods: Controller = (env, { after }) => {
  if (after?.kind !== "Pod" || after.metadata.deletionTimestamp === undefined) return;
  const resource = env.registry.findKind("v1", "Pod");
  const pod = env.store.get("pods", namespaceOf(after), nameOf(after));
  if (resource === undefined || pod === undefined || pod.metadata.uid !== after.metadata.uid) return;
  deleteObject(env, resource, pod, { gracePeriodSeconds: 0 });
};
