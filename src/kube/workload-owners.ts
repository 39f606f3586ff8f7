import { type OwnerReferenceWire, controllerOf, type ObjectMetaWire } from "./schema/object-meta.ts";
import { objectName } from "./object-name.ts";
import { DEFAULT_NAMESPACE } from "./schema/identity.ts";
import { isWorkloadKind } from "./schema/workload.ts";

/** By its controller's name, the workload that stands for an object; chains (Pod, ReplicaSet, Deployment) end at the top. */
export type Owners = (meta: ObjectMetaWire) => string | undefined;

/**
 * Finds owners among the workloads of some files. Owners are told by kind and name, not by uid: manifests have none. An
 * owner that is not in the files owns nothing here: its pods stand for themselves.
 */
export function workloadOwners(workloads: ReadonlyMap<string, ObjectMetaWire>): Owners {
  const parentOf = (meta: ObjectMetaWire): string | undefined => {
    const owner: OwnerReferenceWire | undefined = controllerOf(meta);
    if (!owner?.kind || !owner.name || !isWorkloadKind(owner.kind)) return undefined;
    const name = objectName(owner.kind, meta.namespace || DEFAULT_NAMESPACE, owner.name);
    return workloads.has(name) ? name : undefined;
  };
  return (meta) => {
    const seen = new Set<string>();
    let top: string | undefined;
    for (let next = parentOf(meta); next !== undefined && !seen.has(next);) {
      seen.add(next);
      top = next;
      next = parentOf(workloads.get(next) ?? {});
    }
    return top;
  };
}
