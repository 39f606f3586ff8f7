import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Family } from "../../src/core/address.ts";
import { type Exec, execOrThrow, prefixExec } from "../../src/kernel/exec.ts";
import { FAMILIES, iptablesCommand } from "../../src/lab/backend.ts";
import { inNetns } from "../../src/lab/enter.ts";
import { ipBatch, nodeNetns, shell } from "../../src/lab/fabric.ts";
import { netnsPath, netnsPrefix } from "../../src/lab/names.ts";
import type { LabNode } from "../../src/lab/node.ts";
import type { Flow } from "./scenario.ts";

/** What every node has from its kubelet, policies or not: with it table mangle is there (KEP-3178). */
const KUBELET = ["*mangle", ":KUBE-IPTABLES-HINT - [0:0]", ":KUBE-KUBELET-CANARY - [0:0]", "COMMIT", ""].join(
  "\n",
);

/** The ends' as packets.c has them. */
const MACS = {
  sender: "02:5e:1d:00:00:01",
  receiver: "02:5e:1d:00:00:02",
  bridge: "02:5e:1d:00:00:03",
} as const;

export const BRIDGE = "cni0";

/** A node of the lab with its bridge, and two network namespaces on it that stand for all of its pods: senders and receivers. */
export interface Rig {
  readonly node: LabNode;
  readonly sender: Exec;
  readonly receiverPath: string;
}

export async function buildRig(node: LabNode): Promise<Rig> {
  const { lab } = node;
  const own = nodeNetns(lab.name, node);
  const ends = {
    sender: `${netnsPrefix(lab.name)}s${node.index}`,
    receiver: `${netnsPrefix(lab.name)}r${node.index}`,
  };
  const names = Object.values(ends).map((name) => `netns add ${name}\n`);
  await execOrThrow(lab.exec, { command: "ip", args: ["-batch", "-"], input: names.join("") });
  await ipBatch(lab, own, [
    // An address of its own: by default it is a port's, and without ARP the node's refusals would leave by that port, maybe to
    // the receiver, where they would be counted.
    `link add ${BRIDGE} address ${MACS.bridge} type bridge mcast_snooping 0`,
    `addr add ${node.gateways.v4}/24 dev ${BRIDGE}`,
    `addr add ${node.gateways.v6}/64 dev ${BRIDGE} nodad`,
    // Who rejects a packet would ask for its sender with a broadcast, which would be counted at the receiver.
    `link set ${BRIDGE} arp off up`,
  ]);
  for (const family of FAMILIES)
    await execOrThrow(node.exec, {
      command: iptablesCommand(lab.backend, family, "restore"),
      args: ["--noflush"],
      input: KUBELET,
    });
  for (const end of ["sender", "receiver"] as const) {
    // What is sent is all that is counted: no neighbour discovery of the ends' own.
    await shell(
      lab,
      ends[end],
      "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6",
    );
    await ipBatch(lab, own, [
      `link add ${end} type veth peer name eth0 netns ${ends[end]}`,
      `link set ${end} master ${BRIDGE} up`,
    ]);
    await ipBatch(lab, ends[end], ["link set eth0 up"]);
    await execOrThrow(lab.exec, {
      command: "bridge",
      args: ["-n", own, "fdb", "add", MACS[end], "dev", end, "master", "static"],
    });
  }
  return {
    node,
    sender: prefixExec(lab.exec, inNetns(netnsPath(ends.sender))),
    receiverPath: netnsPath(ends.receiver),
  };
}

export type Kind = "new" | "established";

export const kinds: readonly Kind[] = ["new", "established"];

/** How much is sent at a time: so few new flows that conntrack's table is far from full, and no longer than this. */
const MOST: Readonly<Record<Kind, number>> = { new: 16_384, established: 32_768 };
const MOST_MS = 250;

/** What one burst of packets showed. */
export interface Burst {
  readonly sent: number;
  readonly arrived: number;
  /** Nanoseconds that a packet took: the lower quartile of the slices, as all that others do to a slice makes it longer. */
  readonly nanoseconds: number;
}

export const flowsFile = (rig: Rig, family: Family): string => join(rig.node.dir, `flows-${family}`);

export async function writeFlows(rig: Rig, family: Family, flows: readonly Flow[]): Promise<void> {
  const lines = flows.map(({ source, destination, port }) => `${source} ${destination} ${port}\n`);
  await writeFile(flowsFile(rig, family), lines.join(""));
}

const CONNTRACK_COUNT = "/proc/sys/net/netfilter/nf_conntrack_count";

/** Sends a burst through the node, which remembers no flow when it begins. */
export async function burst(rig: Rig, generator: string, kind: Kind, family: Family): Promise<Burst> {
  await execOrThrow(rig.node.exec, { command: "conntrack", args: ["-F"] });
  const out = await execOrThrow(rig.sender, {
    command: generator,
    args: [rig.receiverPath, kind, flowsFile(rig, family), `${MOST[kind]}`, `${MOST_MS}`],
  });
  const [sent = 0, arrived = 0, ...slices] = out.trim().split("\n").map(Number);
  const sorted = slices.toSorted((a, b) => a - b);
  return { sent, arrived, nanoseconds: sorted[Math.floor(sorted.length / 4)] ?? Number.NaN };
}

/** How many flows the node remembers: that new flows were flows, and that the table was not full. */
export async function rememberedFlows({ node }: Rig): Promise<number> {
  return Number(await execOrThrow(node.exec, { command: "cat", args: [CONNTRACK_COUNT] }));
}

export const conntrackMax = (): number =>
  Number(readFileSync("/proc/sys/net/netfilter/nf_conntrack_max", "utf8"));
