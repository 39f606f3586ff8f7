import { type KubeClient, KubeError } from "../../kube/client.ts";

/** An object as it goes over the wire. */
export type WireObject = Readonly<Record<string, unknown>>;

export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** The collections that a lab writes to; the rest of discovery is for clients that do not know what they want. */
const PLURALS: Readonly<Record<string, string>> = {
  Namespace: "namespaces",
  Node: "nodes",
  Pod: "pods",
  Service: "services",
  NetworkPolicy: "networkpolicies",
  Deployment: "deployments",
  ReplicaSet: "replicasets",
  StatefulSet: "statefulsets",
  DaemonSet: "daemonsets",
  Job: "jobs",
  CronJob: "cronjobs",
};

const CLUSTER_SCOPED = new Set(["Namespace", "Node"]);

export function collectionPath({ apiVersion, kind, namespace }: Omit<ObjectRef, "name">): string {
  const plural = PLURALS[kind];
  if (plural === undefined) throw new Error(`no collection for ${kind}`);
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = CLUSTER_SCOPED.has(kind) ? "" : `/namespaces/${namespace ?? "default"}`;
  return `${root}${scope}/${plural}`;
}

export const objectPath = (ref: ObjectRef): string => `${collectionPath(ref)}/${ref.name}`;

/** Which object it is; the default namespace where it names none. */
export function refOf(object: WireObject): ObjectRef {
  const { apiVersion, kind, metadata } = object as {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly namespace?: string; readonly name: string };
  };
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

const CONFLICT = 409;

/** Creates the object with its status; one that is there already is left as it is. */
export async function create(client: KubeClient, object: WireObject): Promise<void> {
  const ref = refOf(object);
  try {
    await client.request({ method: "POST", path: collectionPath(ref), body: object });
  } catch (error) {
    if (error instanceof KubeError && error.status === CONFLICT) return;
    throw error;
  }
  if ("status" in object) {
    const path = `${objectPath(ref)}/status`;
    await mergePatch(client, path, { status: object["status"] });
  }
}

/** Server-side apply under the lab's name: creates or changes. */
export async function apply(client: KubeClient, object: WireObject): Promise<void> {
  await client.request({
    method: "PATCH",
    path: `${objectPath(refOf(object))}?fieldManager=lab&force=true`,
    contentType: "application/apply-patch+yaml",
    body: object,
  });
}

export async function mergePatch(client: KubeClient, path: string, patch: WireObject): Promise<void> {
  await client.request({ method: "PATCH", path, contentType: "application/merge-patch+json", body: patch });
}

export async function remove(client: KubeClient, ref: ObjectRef): Promise<void> {
  await client.request({ method: "DELETE", path: objectPath(ref) });
}

/** Without the time that a pod is given to end. */
export async function removeNow(client: KubeClient, ref: ObjectRef): Promise<void> {
  await client.request({ method: "DELETE", path: `${objectPath(ref)}?gracePeriodSeconds=0` });
}
