import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type EnforcerBackend, iptablesBeside } from "../../src/lab/backend.ts";
import { type ControlPlane, startControlPlane } from "../../src/lab/cluster/control-plane.ts";
import { type RunningEnforcer, startEnforcer } from "../../src/lab/cluster/enforcers.ts";
import { type LabCluster, runPod } from "../../src/lab/cluster/lab-cluster.ts";
import { create } from "../../src/lab/cluster/objects.ts";
import { createLab } from "../../src/lab/lab.ts";
import type { LabPod } from "../../src/lab/pod.ts";
import { type Place, createCrowd } from "./crowd.ts";
import { Stream } from "./stream.ts";

export const LAB = "latency";
export const NAMESPACE = "measured";
const PORT = 9000;

/** One node with three real pods, the enforcer as it is shipped, and other policies beside. */
export interface Rig {
  readonly control: ControlPlane;
  readonly enforcer: RunningEnforcer;
  /** From the client to the server, whom policies are made for. */
  readonly server: Stream;
  /** From the client to a pod whose object comes and goes. */
  readonly newcomer: Stream;
  readonly newcomerAt: LabPod["addresses"];
}

/** The pod's object as a user writes it. */
export const podObject = (
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Readonly<Record<string, unknown>> => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace: NAMESPACE, name, labels: { app: name, ...labels } },
  spec: { nodeName: "node1", containers: [{ name: "main", image: "lab" }] },
});

export async function startRig(policies: number, place: Place, backend: EnforcerBackend): Promise<Rig> {
  const lab = await createLab({ name: LAB, nodes: 1, backend: iptablesBeside(backend) });
  const control = await startControlPlane(lab);
  const cluster: LabCluster = { lab, control, pods: new Map() };
  await create(control.client, { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  const pod = (name: string): Promise<LabPod> =>
    runPod(cluster, {
      namespace: NAMESPACE,
      name,
      group: name,
      node: "node1",
      hostNetwork: false,
      ports: [],
      object: podObject(name, name === "client" ? { peer: "yes" } : {}),
    });
  const client = await pod("client");
  const server = await pod("server");
  const newcomer = await pod("newcomer");
  await createCrowd(control.client, policies, place);
  const [node] = lab.nodes;
  if (node === undefined) throw new Error("a lab without a node");
  // No result cache: that a pod has its address is told by the API server alone, as the measured name says.
  const cache = join(node.dir, "no-cni-cache");
  await mkdir(cache, { recursive: true });
  const enforcer = await startEnforcer(node, backend, ["--cni-cache", cache]);
  const streams = [new Stream(client, server, PORT), new Stream(client, newcomer, PORT + 1)] as const;
  await Promise.all(streams.map((stream) => stream.untilOpen(0)));
  return { control, enforcer, server: streams[0], newcomer: streams[1], newcomerAt: newcomer.addresses };
}

export function stopStreams({ server, newcomer }: Rig): void {
  server.end();
  newcomer.end();
}
