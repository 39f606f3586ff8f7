import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";

import { inNode } from "./enter.ts";
import { LAB_MARK } from "./names.ts";
import type { LabNode } from "./node.ts";

/** How a process in a node is started. */
export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdio?: StdioOptions;
  /** In a session of its own, so that it outlives this process and its terminal; teardown ends it. */
  readonly detached?: boolean;
}

/**
 * Starts a process, a daemon for one, in a node's network and mount namespaces, in this process's working
 * directory. Signals to the child reach the program itself: nsenter becomes it.
 */
export function spawnInNode(
  node: LabNode,
  command: string,
  args: readonly string[],
  { env, stdio = "inherit", detached = false }: SpawnOptions = {},
): ChildProcess {
  const [nsenter, ...enter] = inNode(node.holderPid);
  return spawn(nsenter, [`--wdns=${process.cwd()}`, ...enter, command, ...args], {
    env: { ...process.env, [LAB_MARK]: node.lab.name, ...node.env, ...env },
    stdio,
    detached,
  });
}
