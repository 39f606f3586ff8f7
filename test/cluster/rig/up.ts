import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import type { Progress } from "../../../src/lab/progress.ts";
import { writeConflist } from "./flannel.ts";
import { startDns } from "./dns.ts";
import { startControlPlane } from "./control-plane.ts";
import { home, inHome } from "./home.ts";
import { kubectl } from "./kubectl.ts";
import { makeNetwork, routePods } from "./network.ts";
import { makePlaces, startNode } from "./node.ts";
import { makePki } from "./pki.ts";
import { type ClusterShape, nodeNames, shapeText } from "./shape.ts";
import { until } from "./until.ts";

interface NodeObject {
  readonly spec: { readonly podCIDRs?: readonly string[] };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const getNode = async (node: string): Promise<NodeObject> =>
  JSON.parse(await kubectl(["get", "node", node, "-o", "json"])) as NodeObject;

const isReady = ({ status }: NodeObject): boolean =>
  status.conditions?.some((each) => each.type === "Ready" && each.status === "True") ?? false;

/** Throws where a cluster runs already. */
export function refuseSecond(): void {
  if (existsSync(inHome("pids")))
    throw new Error(`a cluster runs already (${home}): make cluster-down first`);
}

/** Starts a cluster and waits until all of its nodes are ready. Throws where one runs already. */
export async function up(shape: ClusterShape, progress: Progress): Promise<void> {
  refuseSecond();
  await mkdir(inHome("log"), { recursive: true });
  await writeFile(inHome("shape.json"), JSON.stringify(shape));
  progress.step(`keys, and a network of its own: ${shapeText(shape)}`);
  await Promise.all([makePki(shape), makeNetwork(shape)]);
  progress.step("etcd, API server, controller manager, scheduler");
  await startControlPlane(shape);
  progress.step("nodes: containerd, kubelet, kube-proxy, flanneld");
  const nodes = nodeNames(shape);
  await makePlaces();
  await Promise.all(nodes.map((node, i) => startNode(shape, node, i + 1)));
  const podCidrs = new Map<string, readonly string[]>();
  for (const node of nodes) {
    const cidrs = await until(
      `${node} registers and has its pod CIDRs`,
      async () => (await getNode(node)).spec.podCIDRs,
    );
    podCidrs.set(node, cidrs);
    await writeConflist(shape, node, cidrs);
  }
  await routePods(shape, podCidrs);
  for (const node of nodes) await until(`${node} is ready`, async () => isReady(await getNode(node)));
  progress.step("CoreDNS");
  await startDns();
  progress.end();
}
