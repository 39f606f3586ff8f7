import { run } from "../build/run.ts";
import { inNetns, netnsOf } from "./home.ts";
import { type ClusterShape, hostOf, nodeNames, plan } from "./shape.ts";

const ip = (name: string, ...args: readonly string[]): Promise<string> =>
  run("ip", ["-n", netnsOf(name), ...args]);

async function addNamespace(name: string): Promise<void> {
  await run("ip", ["netns", "add", netnsOf(name)]);
  await ip(name, "link", "set", "lo", "up");
}

async function address(name: string, link: string, host: number): Promise<void> {
  await ip(name, "addr", "add", `${plan.lan.v4(host)}/24`, "dev", link);
  await ip(name, "addr", "add", `${plan.lan.v6(host)}/64`, "dev", link, "nodad");
}

async function sysctl(name: string, ...settings: readonly string[]): Promise<void> {
  const [nsenter = "", ...within] = inNetns(name);
  await run(nsenter, [...within, "sysctl", "-qw", ...settings]);
}

/** A LAN in a namespace of its own, with the control plane on its bridge and every node a cable away. */
export async function makeNetwork(shape: ClusterShape): Promise<void> {
  await addNamespace("cp");
  await ip("cp", "link", "add", "lan0", "type", "bridge");
  await ip("cp", "link", "set", "lan0", "up");
  await address("cp", "lan0", plan.controlPlane);
  // The LAN is a switch: its frames are no business of any netfilter.
  await sysctl("cp", "net.bridge.bridge-nf-call-iptables=0", "net.bridge.bridge-nf-call-ip6tables=0");
  for (const [i, node] of nodeNames(shape).entries()) await plugIn(node, i + 1);
}

/** A node's network namespace and its cable. `index` counts from 1. */
export async function plugIn(node: string, index: number): Promise<void> {
  await addNamespace(node);
  const cable = `link add to-${node} type veth peer name eth0 netns ${netnsOf(node)}`;
  await ip("cp", ...cable.split(" "));
  await ip("cp", "link", "set", `to-${node}`, "master", "lan0", "up");
  await ip(node, "link", "set", "eth0", "up");
  await address(node, "eth0", hostOf(index));
  await ip(node, "route", "add", "default", "via", plan.lan.v4(plan.controlPlane));
  await ip(node, "-6", "route", "add", "default", "via", plan.lan.v6(plan.controlPlane));
  await sysctl(
    node,
    "net.ipv4.ip_forward=1",
    "net.ipv6.conf.all.forwarding=1",
    "net.bridge.bridge-nf-call-iptables=1",
    "net.bridge.bridge-nf-call-ip6tables=1",
  );
}

/** Takes a node's network namespace away, and with it all that the kernel knew of the node. */
export async function unplug(node: string): Promise<void> {
  await run("ip", ["netns", "del", netnsOf(node)]);
  // The namespace goes a moment after its last process; its cable must not outlive it.
  await ip("cp", "link", "del", `to-${node}`).catch(() => "");
}

/** The control plane's way to the pods, as a router of the LAN would have it. */
export async function routePods(
  shape: ClusterShape,
  podCidrs: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  for (const [i, node] of nodeNames(shape).entries()) {
    for (const cidr of podCidrs.get(node) ?? []) {
      const isV6 = cidr.includes(":");
      const via = isV6 ? plan.lan.v6(hostOf(i + 1)) : plan.lan.v4(hostOf(i + 1));
      await ip("cp", ...(isV6 ? ["-6"] : []), "route", "replace", cidr, "via", via);
    }
  }
}

/** Takes a node off the LAN without its notice: its link stays up, and nothing comes in or goes out. */
export const cutOff = (node: string): Promise<string> => ip("cp", "link", "set", `to-${node}`, "nomaster");

/** Puts it back. */
export const rejoin = (node: string): Promise<string> =>
  ip("cp", "link", "set", `to-${node}`, "master", "lan0");
