import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { execOrThrow, prefixExec, type Exec } from "../kernel/exec.ts";
import type { NodeAddressing } from "./addressing.ts";
import { FAMILIES, iptablesCommand } from "./backend.ts";
import type { CniHost } from "./cni/runtime.ts";
import type { LabContext } from "./context.ts";
import { inNode, markedExec } from "./enter.ts";
import { ipBatch, nodeNetns, underlayLinks } from "./fabric.ts";
import { hostGatewayRoutes, vxlanForwarding, vxlanLinks } from "./flannel/network.ts";
import { flannelRules } from "./flannel/rules.ts";
import { startHolder } from "./holder.ts";
import { routedPodLinks } from "./routed/network.ts";
import { netnsPath } from "./names.ts";

/** A node of a lab. */
export interface LabNode extends NodeAddressing {
  readonly lab: LabContext;
  /** Runs in the node's network and mount namespaces; `iptables` there is the lab's variant. */
  readonly exec: Exec;
  /** Added to the environment of what runs in the node: the mark, and the path with the lab's `iptables`. */
  readonly env: Readonly<Record<string, string>>;
  readonly netnsPath: string;
  /** The process whose namespaces are the node's. */
  readonly holderPid: number;
  /** The node's files; `cni` in it is its `/var/lib/cni`. */
  readonly dir: string;
}

/** The node as CNI sees it. */
export function cniHost(node: LabNode): CniHost {
  return { exec: node.exec, cniDir: node.lab.cniDir, cniState: join(node.dir, "cni") };
}

/** Starts the holder of a node whose network namespace is there; its network is still empty. */
export async function startNode(lab: LabContext, addressing: NodeAddressing): Promise<LabNode> {
  const dir = join(lab.dir, addressing.name);
  await mkdir(join(dir, "cni"), { recursive: true });
  await linkIptables(lab, join(dir, "bin"));
  const netns = nodeNetns(lab.name, addressing);
  const holderPid = await startHolder(lab.name, netns, dir);
  await writeFile(holderFile(dir), String(holderPid));
  return nodeOf(lab, addressing, holderPid);
}

/** A node whose holder runs. */
export function nodeOf(lab: LabContext, addressing: NodeAddressing, holderPid: number): LabNode {
  const dir = join(lab.dir, addressing.name);
  const env = { PATH: `${join(dir, "bin")}:${process.env["PATH"] ?? ""}` };
  return {
    ...addressing,
    lab,
    env,
    exec: prefixExec(markedExec(lab.name, env), inNode(holderPid)),
    netnsPath: netnsPath(nodeNetns(lab.name, addressing)),
    holderPid,
    dir,
  };
}

/** Where a node's holder's process id is kept. */
export function holderFile(nodeDir: string): string {
  return join(nodeDir, "holder.pid");
}

/** Gives a node its underlay, flannel's devices and routes, and flannel's rules. The fabric must be wired. */
export async function connectNode(node: LabNode, peers: readonly NodeAddressing[]): Promise<void> {
  const { lab } = node;
  const netns = nodeNetns(lab.name, node);
  const overlay = lab.flannel === "vxlan" ? vxlanLinks(node, peers) : hostGatewayRoutes(peers);
  const own = lab.network === "ptp" ? routedPodLinks(node) : [];
  await ipBatch(lab, netns, [...underlayLinks(node), ...overlay, ...own]);
  if (lab.flannel === "vxlan" && peers.length > 0)
    await execOrThrow(lab.exec, {
      command: "bridge",
      args: ["-n", netns, "-batch", "-"],
      input: vxlanForwarding(peers)
        .map((line) => `${line}\n`)
        .join(""),
    });
  for (const family of FAMILIES)
    await execOrThrow(node.exec, {
      command: iptablesCommand(lab.backend, family, "restore"),
      args: ["--noflush", "--wait"],
      input: flannelRules(node, family),
    });
}

/** `iptables` and its kin in the lab's variant, for programs that ask for no variant, portmap for one. */
async function linkIptables({ backend }: LabContext, binDir: string): Promise<void> {
  await mkdir(binDir, { recursive: true });
  const names = ["iptables", "ip6tables"].flatMap((tool) => [tool, `${tool}-save`, `${tool}-restore`]);
  await Promise.all(names.map((name) => symlink(`/usr/sbin/xtables-${backend}-multi`, join(binDir, name))));
}
