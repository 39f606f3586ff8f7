import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

/** A process of the lab that outlives its starter. */
export interface Launch {
  /** What it is, in words, for the message if it fails. */
  readonly what: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Takes its standard error. */
  readonly logFile: string;
  /** Default 20 seconds. */
  readonly readyWithinMs?: number;
}

const READY_WITHIN_MS = 20_000;

/**
 * Starts a process in a session of its own and waits for its first word on standard output, which says that
 * it is ready. It stays when this process ends: what stands until when is teardown's business alone.
 *
 * @returns its process id.
 */
export async function launch({
  what,
  command,
  args,
  env,
  logFile,
  readyWithinMs = READY_WITHIN_MS,
}: Launch): Promise<number> {
  const log = openSync(logFile, "a");
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    detached: true,
    stdio: ["ignore", "pipe", log],
  });
  closeSync(log);
  const trouble = await new Promise<string | undefined>((resolve) => {
    const timer = setTimeout(() => resolve("not ready in time"), readyWithinMs);
    const settle = (failure?: string): void => {
      clearTimeout(timer);
      resolve(failure);
    };
    child.once("error", (error) => settle(error.message));
    child.once("exit", (code) => settle(`ended with ${code ?? "a signal"} before it was ready`));
    child.stdout?.once("data", () => settle());
  });
  child.removeAllListeners();
  child.stdout?.destroy();
  child.unref();
  if (trouble === undefined && child.pid !== undefined) return child.pid;
  child.kill("SIGKILL");
  const said = readFileSync(logFile, "utf8").trim();
  throw new Error(`${what}: ${trouble ?? "no process"}${said === "" ? "" : `: ${said}`}`);
}
