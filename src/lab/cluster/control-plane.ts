import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { KubeClient } from "../../kube/client.ts";
import { connect } from "../../kube/connect.ts";
import { startForwarder } from "../forwarder/start.ts";
import type { Lab } from "../lab.ts";
import { launch } from "../launch.ts";
import { LAB_MARK } from "../names.ts";
import type { LabNode } from "../node.ts";
import { create } from "./objects.ts";

const PROCESS = fileURLToPath(new URL("./apiserver-process.ts", import.meta.url));

/** Where a node's own processes find the API server. */
export const NODE_API_PORT = 6443;

/** In memory, in a process of this repository's; or etcd and kube-apiserver, where a machine has them. */
export type ApiServerKind = "embedded" | "real";

/** A real one has much to do before it is ready, on a busy machine above all. */
const READY_WITHIN_MS = { embedded: 20_000, real: 120_000 };

export interface ControlPlane {
  readonly client: KubeClient;
  /** On this machine's loopback: what `kubectl --server` takes. */
  readonly url: string;
}

/** Starts the API server, opens every node's loopback onto it, and registers the nodes. */
export async function startControlPlane(
  lab: Pick<Lab, "name" | "dir" | "nodes">,
  apiServer: ApiServerKind = "embedded",
): Promise<ControlPlane> {
  const socketPath = join(lab.dir, "apiserver.sock");
  const urlFile = join(lab.dir, "apiserver.url");
  await launch({
    what: "API server",
    command: process.execPath,
    args: [PROCESS, apiServer, socketPath, urlFile],
    env: { [LAB_MARK]: lab.name },
    logFile: join(lab.dir, "apiserver.log"),
    readyWithinMs: READY_WITHIN_MS[apiServer],
  });
  const url = await readFile(urlFile, "utf8");
  const client = await connect({ server: url });
  await Promise.all(lab.nodes.map((node) => startForwarder(node, NODE_API_PORT, socketPath)));
  await Promise.all(lab.nodes.map((node) => create(client, nodeObject(node))));
  return { client, url };
}

/** The Node as its kubelet and the controller manager would write it. */
const nodeObject = ({ name, podCidrs, addresses }: LabNode): Readonly<Record<string, unknown>> => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, labels: { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux" } },
  spec: { podCIDR: podCidrs.v4, podCIDRs: [podCidrs.v4, podCidrs.v6] },
  status: {
    addresses: [
      { type: "InternalIP", address: addresses.v4 },
      { type: "InternalIP", address: addresses.v6 },
      { type: "Hostname", address: name },
    ],
  },
});
