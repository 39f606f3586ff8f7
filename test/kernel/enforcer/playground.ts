import { setTimeout as sleep } from "node:timers/promises";
import { readFile } from "node:fs/promises";
import type { Backend, EnforcerBackend } from "../../../src/lab/backend.ts";
import { type ApiServerKind, startControlPlane } from "../../../src/lab/cluster/control-plane.ts";
import { type LabCluster, runPods } from "../../../src/lab/cluster/lab-cluster.ts";
import { apply } from "../../../src/lab/cluster/objects.ts";
import type { PodPlan } from "../../../src/lab/cluster/schedule.ts";
import { createLab } from "../../../src/lab/lab.ts";
import { must } from "../../support/must.ts";

/** What a test says of a pod; it listens on TCP 80 and UDP 53 unless it says otherwise. */
export interface TestPod {
  readonly namespace?: string;
  readonly name: string;
  readonly node: "node1" | "node2";
  readonly labels?: Readonly<Record<string, string>>;
}

const PORTS = [
  { name: "http", protocol: "TCP", containerPort: 80 },
  { name: "dns", protocol: "UDP", containerPort: 53 },
] as const;

export function podPlan({ namespace = "x", name, node, labels = {} }: TestPod): PodPlan {
  const object = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace, name, labels },
    spec: { nodeName: node, containers: [{ name: "main", image: "lab", ports: PORTS }] },
  };
  return {
    namespace,
    name,
    group: `${namespace}/${name}`,
    node,
    hostNetwork: false,
    ports: [...PORTS],
    object,
  };
}

export const namespace = (
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Readonly<Record<string, unknown>> => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});

export const networkPolicy = (
  name: string,
  spec: object,
  inNamespace = "x",
): Readonly<Record<string, unknown>> => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { namespace: inNamespace, name },
  spec,
});

/** A lab with a control plane and these pods; enforcers are the test's to start. */
export async function playground(
  name: string,
  backend: Backend,
  pods: readonly TestPod[],
  apiServer: ApiServerKind = "embedded",
): Promise<LabCluster> {
  const lab = await createLab({ name, backend });
  const control = await startControlPlane(lab, apiServer);
  const cluster: LabCluster = { lab, control, pods: new Map() };
  const namespaces = new Set(pods.map((pod) => pod.namespace ?? "x"));
  for (const each of namespaces) await apply(control.client, namespace(each));
  await runPods(cluster, pods.map(podPlan));
  return cluster;
}

/** What an enforcer is told that is to use this: nftables it finds by itself. */
export const asked = (backend: EnforcerBackend): "auto" | Backend =>
  backend === "nftables" ? "auto" : backend;

export type Way = "open" | "closed";

export interface Ask {
  readonly from: string;
  readonly to: string;
  readonly protocol?: "TCP" | "UDP";
  readonly family?: "v4" | "v6";
}

/** One packet's answer, quickly: what is dropped is silent, so the deadline is what a denial costs. */
export async function way(
  { pods }: LabCluster,
  { from, to, protocol = "TCP", family = "v4" }: Ask,
): Promise<Way> {
  const target = must(pods.get(to), to);
  const outcome = await must(pods.get(from), from).agent.probe({
    protocol,
    address: target.addresses[family],
    port: protocol === "TCP" ? 80 : 53,
    deadlineMs: 250,
  });
  if (outcome.kind === "error") throw new Error(`${from} -> ${to}: ${outcome.message}`);
  return outcome.kind === "timeout" ? "closed" : "open";
}

const GIVE_UP_MS = 15_000;

/**
 * Asks until the wire gives the wanted answer, and returns how long that took, in milliseconds. Fails after much longer than the
 * kernel may take: how long it took is reported, not asserted, as machines differ.
 */
export async function follows(cluster: LabCluster, ask: Ask, wanted: Way): Promise<number> {
  const began = performance.now();
  for (;;) {
    const asked = performance.now();
    if ((await way(cluster, ask)) === wanted) return asked - began;
    if (performance.now() - began > GIVE_UP_MS) {
      throw new Error(`${ask.from} -> ${ask.to} is still not ${wanted} after ${GIVE_UP_MS} ms`);
    }
    await sleep(5);
  }
}

/** The lines of an enforcer's log, as objects. */
export async function logOf(file: string): Promise<Readonly<Record<string, unknown>>[]> {
  const text = await readFile(file, "utf8");
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}
