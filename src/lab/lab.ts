import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { nodeAddressing, OUTSIDE_ADDRESSES, type DualStack } from "./addressing.ts";
import type { AgentHandle } from "./agent/handle.ts";
import { findCniDir } from "./cni/path.ts";
import { type LabContext, type LabShape, USUAL_SHAPE } from "./context.ts";
import { markedExec } from "./enter.ts";
import { createFabric, createNamespaces, fabricNetns } from "./fabric.ts";
import { checkedLabName, DEFAULT_LAB, labDir, netnsPath } from "./names.ts";
import { connectNode, startNode, type LabNode } from "./node.ts";
import { startAgent } from "./start-agent.ts";
import { teardown } from "./teardown.ts";

/** How a lab is wanted; its shape is `USUAL_SHAPE` where nothing is said. */
export interface LabOptions extends Partial<LabShape> {
  /** 1 to 12 of a-z and 0-9; default "lab". Labs of different names stand side by side. */
  readonly name?: string;
  /** How many nodes; default 2. */
  readonly nodes?: number;
  /** Ports on which the outside host listens, TCP and UDP; default 80 and 443. */
  readonly outsidePorts?: readonly number[];
  /** Told, in words, what is being done. */
  readonly onStep?: (step: string) => void;
}

/** A host that is no node: the world beyond the cluster, or a node seen as a mere sender of packets. */
interface LabHost {
  readonly addresses: readonly DualStack[];
  readonly agent: AgentHandle;
}

/** A lab that stands. */
export interface Lab extends LabContext {
  readonly nodes: readonly LabNode[];
  /** The host outside the cluster; it answers as "outside". */
  readonly outside: LabHost;
  /** Probes from the nodes themselves, in the order of `nodes`; these agents listen on nothing. */
  readonly nodeAgents: readonly AgentHandle[];
}

/**
 * Builds a lab: a fabric, an outside host, and nodes in flannel's shape. What was left of a lab of the same
 * name is removed first. If it cannot be built, nothing of it stays.
 */
export async function createLab(options: LabOptions = {}): Promise<Lab> {
  const name = checkedLabName(options.name ?? DEFAULT_LAB);
  await teardown(name);
  try {
    return await build(name, options);
  } catch (error) {
    await teardown(name);
    throw error;
  }
}

/** Where a lab says what it is, for whoever comes back to it. */
export function labFile(dir: string): string {
  return join(dir, "lab.json");
}

async function build(name: string, options: LabOptions): Promise<Lab> {
  const { nodes = 2, outsidePorts = [80, 443], onStep } = options;
  const shape = shapeOf(options);
  const cniDir = findCniDir();
  if (cniDir === undefined) throw new Error("no CNI plugins: install containernetworking-plugins");
  const lab: LabContext = { name, dir: labDir(name), ...shape, cniDir, exec: markedExec(name) };
  const addressings = Array.from({ length: nodes }, (_, i) => nodeAddressing(i + 1));

  onStep?.(`${nodes} nodes and a host outside, as network namespaces`);
  await mkdir(lab.dir, { recursive: true });
  await writeFile(labFile(lab.dir), JSON.stringify({ nodes, ...shape }));
  await createNamespaces(lab, addressings);
  const labNodes = await Promise.all(addressings.map((addressing) => startNode(lab, addressing)));

  const overlay = shape.flannel === "vxlan" ? "flannel.1" : "host routes";
  onStep?.(`fabric, ${overlay} and flannel's rules (iptables-${shape.backend})`);
  await createFabric(lab, addressings);
  await Promise.all(
    labNodes.map((node) =>
      connectNode(
        node,
        addressings.filter(({ index }) => index !== node.index),
      ),
    ),
  );

  onStep?.("agents outside and on the nodes");
  const [agent, ...nodeAgents] = await Promise.all([
    startOutsideAgent(lab, outsidePorts),
    ...labNodes.map((node) => startNodeAgent(node)),
  ]);
  return { ...lab, nodes: labNodes, outside: { addresses: OUTSIDE_ADDRESSES, agent }, nodeAgents };
}

function shapeOf(options: LabOptions): LabShape {
  const { backend, network, flannel, proxy } = { ...USUAL_SHAPE, ...options };
  return { backend, network, flannel, proxy };
}

async function startOutsideAgent(lab: LabContext, outsidePorts: readonly number[]): Promise<AgentHandle> {
  const { agent } = await startAgent(lab, {
    id: "outside",
    name: "outside",
    netnsPath: netnsPath(fabricNetns(lab.name).outside),
    // Each by itself: a datagram to one address must be answered from that address.
    addresses: OUTSIDE_ADDRESSES.flatMap(({ v4, v6 }) => [v4, v6]),
    ports: outsidePorts.flatMap((port) => [
      { protocol: "TCP" as const, port },
      { protocol: "UDP" as const, port },
    ]),
  });
  return agent;
}

async function startNodeAgent(node: LabNode): Promise<AgentHandle> {
  const { name, netnsPath: path } = node;
  const { agent } = await startAgent(node.lab, { id: name, name, netnsPath: path, addresses: [], ports: [] });
  return agent;
}
