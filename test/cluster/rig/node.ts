import { existsSync } from "node:fs";
import { appendFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { images, programs } from "../build/cache.ts";
import { unpacked } from "../build/debian-packages.ts";
import { inHome, inNetns } from "./home.ts";
import { cgroupOf, nodeFolder, writeNodeConfigs } from "./node-configs.ts";
import { start } from "./processes.ts";
import { type ClusterShape, both, hostOf, plan } from "./shape.ts";

const INIT = fileURLToPath(new URL("./node-init.sh", import.meta.url));

/** Folders of a node that are its own and not the machine's. */
const PLACES = [
  "/opt/cni/bin",
  "/etc/cni",
  "/etc/kubernetes",
  "/var/lib/kubelet",
  "/var/lib/containerd",
  "/var/lib/cni",
  "/run/containerd",
  "/run/flannel",
  "/run/netns",
  "/var/log/pods",
  "/var/log/containers",
];

/** Folders that the machine did not have and has now: they go when the cluster does. */
export const MADE = inHome("made");

/** To be called once, before the first node. A mount needs a place to be at; in the machine's own tree, since that is what the node sees around its own. */
export async function makePlaces(): Promise<void> {
  for (const place of PLACES) {
    const parts = place.split("/").slice(1);
    for (let i = 1; i <= parts.length; i += 1) {
      const folder = `/${parts.slice(0, i).join("/")}`;
      if (existsSync(folder)) continue;
      await mkdir(folder);
      await appendFile(MADE, `${folder}\n`);
    }
  }
  if (existsSync("/run/xtables.lock")) return;
  await appendFile("/run/xtables.lock", "");
  await appendFile(MADE, "/run/xtables.lock\n");
}

/** Starts one node: its programs in namespaces of their own. `index` counts from 1. */
export async function startNode(shape: ClusterShape, node: string, index: number): Promise<void> {
  await writeNodeConfigs(shape, node);
  const folder = nodeFolder(node);
  const archives = (await readdir(images)).map((name) => join(images, name));
  const ips = both(shape, { v4: plan.lan.v4(hostOf(index)), v6: plan.lan.v6(hostOf(index)) });
  const settings = {
    NODE: node,
    DIR: folder,
    CONFIGS: folder,
    LOGS: inHome("log"),
    PLACES: PLACES.join(" "),
    CGROUP: cgroupOf(node),
    CONTAINERD: unpacked.containerd,
    RUNC: unpacked.runc,
    CNI: unpacked.cni,
    IMAGES: archives.join(" "),
    PROGRAMS: programs,
    NODE_IP: ips,
    KUBELET_KUBECONFIG: inHome(`node-${node}.kubeconfig`),
    FLANNELD: join(programs, "flanneld"),
    FLANNEL_KUBECONFIG: inHome("admin.kubeconfig"),
  };
  const env = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const unshare = ["unshare", "-m", "-u", "-p", "-i", "-f", "--mount-proc", "--kill-child"];
  await start(`node-${node}`, [...inNetns(node), ...unshare, "env", ...env, INIT]);
}
