import { rm } from "node:fs/promises";
import { join } from "node:path";
import { removeCgroups } from "./cgroups.ts";
import { nodePid } from "./in-node.ts";
import { plugIn, unplug } from "./network.ts";
import { cgroupOf, nodeFolder } from "./node-configs.ts";
import { startNode } from "./node.ts";
import { started, stopForGood } from "./processes.ts";
import { type ClusterShape, nodeNames } from "./shape.ts";

/** Pulls a node's plug and starts it again: its disk is what it was, its kernel and all below /run is new. */
export async function reboot(shape: ClusterShape, node: string): Promise<void> {
  const outer = (await started()).find(({ name }) => name === `node-${node}`);
  if (outer === undefined) throw new Error(`node ${node} does not run`);
  process.kill(await nodePid(node), "SIGKILL");
  await stopForGood(outer.pid);
  await unplug(node);
  await removeCgroups(cgroupOf(node));
  await rm(join(nodeFolder(node), "fs/run"), { recursive: true, force: true });
  const index = nodeNames(shape).indexOf(node) + 1;
  await plugIn(node, index);
  await startNode(shape, node, index);
}
