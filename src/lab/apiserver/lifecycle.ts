import type { Environment } from "./environment.ts";
import { asArray, asObject, asString, at, type JsonObject } from "./json.ts";
import { type KubeObject, withField, withMeta } from "./kube-object.ts";
import type { Resource } from "./resource.ts";

/** Service addresses, handed out in order: 10.96.0.0/16 is enough for a laboratory. */
const clusterIp = (revision: number): string => `10.96.${(revision >> 8) & 255}.${revision & 255}`;

const BIRTH: Readonly<Record<string, (object: KubeObject, env: Environment) => JsonObject>> = {
  Namespace: () => ({ status: { phase: "Active" } }),
  Pod: () => ({ status: { phase: "Pending", qosClass: "BestEffort" } }),
  Service: ({ spec }, { store }) => {
    const wanted = asString(at(spec, "clusterIP"));
    const address = at(spec, "type") === "ExternalName" ? wanted : wanted || clusterIp(store.revision);
    return {
      spec: { ...asObject(spec), ...(address === "" ? {} : { clusterIP: address, clusterIPs: [address] }) },
      status: { loadBalancer: {} },
    };
  },
};

/** Kinds that bring their status along: a kubelet registers its node with it. */
const BORN_WITH_STATUS = new Set(["Node"]);

/** What the server itself puts into a new object: its first status, an address. */
export const atBirth = (resource: Resource, object: KubeObject, env: Environment): KubeObject => ({
  ...(resource.hasStatus && !BORN_WITH_STATUS.has(object.kind)
    ? withField(object, "status", undefined)
    : object),
  ...(resource.schema === undefined ? BIRTH[object.kind]?.(object, env) : {}),
});

/** Whether something still holds a deleted object: a finalizer, a namespace's contents. */
export const isHeld = (object: KubeObject): boolean =>
  (object.metadata.finalizers ?? []).length > 0 ||
  (object.kind === "Namespace" && asArray(at(object, "spec", "finalizers")).length > 0);

/** An object that is marked for deletion, and waits. */
export const markDeleted = (
  resource: Resource,
  object: KubeObject,
  at: string,
  graceSeconds: number,
): KubeObject => {
  const generation = object.metadata.generation;
  const marked = withMeta(object, {
    deletionTimestamp: at,
    deletionGracePeriodSeconds: graceSeconds,
    ...(resource.hasGeneration && generation !== undefined ? { generation: generation + 1 } : {}),
  });
  return object.kind === "Namespace"
    ? withField(marked, "status", { ...asObject(object["status"]), phase: "Terminating" })
    : marked;
};
