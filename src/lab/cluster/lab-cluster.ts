import { type ObjectKey, keyOf } from "../../core/cluster.ts";
import type { Service } from "../../kube/schema/service.ts";
import type { EnforcerBackend } from "../backend.ts";
import { syncServices } from "../kube-proxy/sync.ts";
import type { Lab } from "../lab.ts";
import { mapLimit } from "../map-limit.ts";
import { type LabPod, startPod, stopPod } from "../pod.ts";
import { clusterNow } from "./cluster-now.ts";
import type { ControlPlane } from "./control-plane.ts";
import { startControllers } from "./controllers.ts";
import { type RunningEnforcer, startControlledEnforcer, startEnforcer } from "./enforcers.ts";
import { create, mergePatch, objectPath, removeNow } from "./objects.ts";
import type { PodPlan } from "./schedule.ts";
import { type LabService, labServices } from "./services.ts";

/** Pods that run in a lab, by key, each with the group that it belongs to. */
export type RunningPods = Map<ObjectKey, LabPod & { readonly group: string }>;

/** A lab with a control plane: what a test or a person changes things in. */
export interface LabCluster {
  readonly lab: Lab;
  readonly control: ControlPlane;
  readonly pods: RunningPods;
}

/** `addresses` asks IPAM for particular ones, a deleted pod's for instance. */
export type PodStart = PodPlan & { readonly addresses?: readonly string[] };

const PODS_AT_ONCE = 4;

const podRef = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string =>
  objectPath({ apiVersion: "v1", kind: "Pod", namespace, name });

/** Runs a pod as kubelet does: the object is there first, then the network, and last its status tells the addresses. */
export async function runPod({ lab, control, pods }: LabCluster, plan: PodStart): Promise<LabPod> {
  const { namespace, name, hostNetwork, ports, addresses } = plan;
  const node = lab.nodes.find((each) => each.name === plan.node);
  if (node === undefined) throw new Error(`no node ${plan.node}`);
  await create(control.client, plan.object);
  const { metadata } = (await control.client.request({ path: podRef(plan) })) as {
    readonly metadata: { readonly uid: string };
  };
  const pod = await startPod(node, {
    namespace,
    name,
    uid: metadata.uid,
    ports,
    hostNetwork,
    ...(addresses === undefined ? {} : { addresses }),
  });
  const { v4, v6 } = pod.addresses;
  const status = { phase: "Running", podIP: v4, podIPs: [{ ip: v4 }, { ip: v6 }] };
  await mergePatch(control.client, `${podRef(plan)}/status`, { status });
  pods.set(keyOf(plan), { ...pod, group: plan.group });
  return pod;
}

export async function runPods(
  cluster: LabCluster,
  plans: readonly PodPlan[],
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<void> {
  let done = 0;
  await mapLimit(plans, PODS_AT_ONCE, async (plan) => {
    await runPod(cluster, plan);
    done += 1;
    onProgress(done, plans.length);
  });
}

/** Ends a pod, its network first, as kubelet does. */
export async function deletePod({ control, pods }: LabCluster, key: ObjectKey): Promise<void> {
  const pod = pods.get(key);
  if (pod === undefined) throw new Error(`no pod ${key} runs here`);
  pods.delete(key);
  await stopPod(pod);
  // No kubelet is there to say that the pod has ended.
  await removeNow(control.client, {
    apiVersion: "v1",
    kind: "Pod",
    namespace: pod.namespace,
    name: pod.name,
  });
}

/** Has every node's kube-proxy rules lead to the pods that run now. */
export async function routeServices(
  { lab, control }: LabCluster,
  services: readonly Service[],
): Promise<readonly LabService[]> {
  const { pods } = await clusterNow(control.client);
  const routed = labServices(services, pods);
  await Promise.all(lab.nodes.map((node) => syncServices(node, routed)));
  return routed;
}

export function startEnforcers(
  { lab }: LabCluster,
  backend: "auto" | EnforcerBackend,
): Promise<RunningEnforcer[]> {
  return Promise.all(lab.nodes.map((node) => startEnforcer(node, backend)));
}

/** The same, with a pair of controllers that they follow. */
export async function startControlledEnforcers(
  { lab, control }: LabCluster,
  backend: "auto" | EnforcerBackend,
): Promise<RunningEnforcer[]> {
  await startControllers(lab, control);
  return Promise.all(lab.nodes.map((node) => startControlledEnforcer(node, backend)));
}
