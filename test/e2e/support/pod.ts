import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { AGNHOST_IMAGE } from "../../cluster/build/test-images.ts";
import { nodeFolder } from "../../cluster/rig/node-configs.ts";
import { nodePid } from "../../cluster/rig/in-node.ts";
import { until } from "../../cluster/rig/until.ts";
import { get } from "./api.ts";

/** A pod that runs, as its node knows it. */
export interface RunningPod {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly ip: string;
  /** On a cluster of both families. */
  readonly ipv6?: string;
  /** Its network namespace, as a path that this process can open. */
  readonly netnsPath: string;
}

export interface PodSpec {
  readonly namespace: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly node?: string;
  /** Merged into the spec. */
  readonly spec?: Readonly<Record<string, unknown>>;
  /** Merged into the one container. */
  readonly container?: Readonly<Record<string, unknown>>;
}

/** Where every server listens. */
export const PORT = 8080;

/** An agnhost container that answers HTTP and says the pod's name. */
export const serverContainer = {
  name: "server",
  image: AGNHOST_IMAGE,
  imagePullPolicy: "Never",
  args: ["netexec", `--http-port=${PORT}`, "--udp-port=-1"],
};

/** The manifest of a pod with that server. */
export const podManifest = ({
  namespace,
  name,
  labels = {},
  node,
  spec = {},
  container = {},
}: PodSpec): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace, name, labels: { name, ...labels } },
  spec: {
    terminationGracePeriodSeconds: 0,
    ...(node !== undefined && { nodeSelector: { "kubernetes.io/hostname": node } }),
    containers: [{ ...serverContainer, ...container }],
    ...spec,
  },
});

export interface PodObject {
  readonly metadata: { readonly uid: string; readonly name: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly { readonly restartCount: number; readonly ready: boolean }[];
  };
}

interface CniResult {
  readonly netns: string;
  readonly cniArgs?: readonly (readonly [string, string])[];
}

/** The CNI library's record of the pod's sandbox names its network namespace. */
async function netnsOf(node: string, uid: string): Promise<string | undefined> {
  const folder = join(nodeFolder(node), "fs/var/lib/cni/results");
  for (const file of (await readdir(folder)).filter((name) => name.endsWith("-eth0"))) {
    const text = await readFile(join(folder, file), "utf8").catch(() => "");
    if (!text.includes(uid)) continue;
    const { netns, cniArgs = [] } = JSON.parse(text) as CniResult;
    // Its mount is in the node's own mount namespace.
    if (cniArgs.some(([key, value]) => key === "K8S_POD_UID" && value === uid))
      return join(`/proc/${await nodePid(node)}/root`, netns.replace(/^\/var\/run/, "/run"));
  }
  return undefined;
}

const isReady = ({ status }: PodObject): boolean =>
  status.conditions?.some((each) => each.type === "Ready" && each.status === "True") ?? false;

/** Waits until a pod is ready. */
export function readyPod(namespace: string, name: string): Promise<RunningPod> {
  return until(
    `pod ${namespace}/${name} is ready`,
    async () => {
      const pod = await get<PodObject>("pod", name, "-n", namespace);
      const { nodeName: node } = pod.spec;
      const ip = pod.status.podIP;
      if (!isReady(pod) || node === undefined || ip === undefined) return undefined;
      const netnsPath = await netnsOf(node, pod.metadata.uid);
      if (netnsPath === undefined) return undefined;
      const ipv6 = pod.status.podIPs?.find((each) => each.ip.includes(":"))?.ip;
      return { namespace, name, node, ip, ...(ipv6 !== undefined && { ipv6 }), netnsPath };
    },
    120,
  );
}
