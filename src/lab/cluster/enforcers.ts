import { openSync } from "node:fs";
import { join } from "node:path";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { execOrThrow } from "../../kernel/exec.ts";
import type { EnforcerBackend } from "../backend.ts";
import type { LabNode } from "../node.ts";
import { spawnInNode } from "../spawn.ts";
import { NODE_API_PORT } from "./control-plane.ts";

const SELVEDGE = fileURLToPath(new URL("../../../bin/selvedge", import.meta.url));
const HEALTH_PORT = 10_268;
const READY_WITHIN_MS = 20_000;

/** Runs in the node: its loopback is not this process's. */
const UNTIL_READY = `
const deadline = Date.now() + ${READY_WITHIN_MS};
let said = "no answer";
while (Date.now() < deadline) {
  try {
    const response = await fetch("http://127.0.0.1:${HEALTH_PORT}/readyz");
    if (response.ok) process.exit(0);
    said = await response.text();
  } catch {}
  await new Promise((resolve) => setTimeout(resolve, 25));
}
console.error(said);
process.exit(1);
`;

export interface RunningEnforcer {
  readonly node: LabNode;
  readonly logFile: string;
  /** Ends it as a rolling update does; its rules stay. */
  stop(): Promise<void>;
  /** Ends it without a chance to say goodbye. */
  kill(): Promise<void>;
}

/**
 * Starts `selvedge enforcer` on a node, the very program that is shipped, and waits until it says that it is ready. It is a
 * standalone one: where a controller is to be followed, `startControlledEnforcer`.
 */
export const startEnforcer = (
  node: LabNode,
  backend: "auto" | EnforcerBackend,
  options: readonly string[] = [],
): Promise<RunningEnforcer> => start(node, backend, ["--standalone", ...options]);

/** The same, of an enforcer that carries out what a controller publishes. */
export const startControlledEnforcer = (
  node: LabNode,
  backend: "auto" | EnforcerBackend,
  options: readonly string[] = [],
): Promise<RunningEnforcer> => start(node, backend, options);

async function start(
  node: LabNode,
  backend: "auto" | EnforcerBackend,
  options: readonly string[],
): Promise<RunningEnforcer> {
  const logFile = join(node.dir, "enforcer.log");
  const log = openSync(logFile, "a");
  const args = ["enforcer", "--node", node.name, "--backend", backend, ...options];
  const child = spawnInNode(
    node,
    SELVEDGE,
    [...args, "--server", `http://127.0.0.1:${NODE_API_PORT}`, "--health-port", `${HEALTH_PORT}`],
    { stdio: ["ignore", log, log], detached: true },
  );
  child.unref();
  await execOrThrow(node.exec, {
    command: process.execPath,
    args: ["--input-type=module", "-e", UNTIL_READY],
    timeoutMs: READY_WITHIN_MS + 5_000,
  }).catch((error: unknown) => {
    throw new Error(`the enforcer of ${node.name} does not get ready (its log: ${logFile})`, {
      cause: error,
    });
  });
  return { node, logFile, stop: () => end(child, "SIGTERM"), kill: () => end(child, "SIGKILL") };
}

async function end(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once("exit", () => resolve());
  child.kill(signal);
  await promise;
}
