import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type BenchCluster, NODE } from "./cluster.ts";

/** Seconds that it is left alone before it is weighed. */
const QUIET = 20;
const HEALTH_PORT = 10_268;

/** In megabytes. */
export interface Weight {
  readonly resident: number;
  /** The most that ever was. */
  readonly highest: number;
  /** What is its own: the rest is the file of Node, which all processes of it share. */
  readonly anonymous: number;
}

/** Starts an enforcer, leaves it alone once it is ready, weighs it and ends it. */
export async function weigh(
  { env }: BenchCluster,
  [command, ...args]: readonly [string, ...string[]],
): Promise<Weight> {
  const rest = ["--node", NODE, "--health-port", `${HEALTH_PORT}`];
  const child = spawn(command, [...args, ...rest], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...env, ...JSON.parse(process.env["EXTRA"] ?? "{}") },
  });
  const exited = once(child, "exit");
  while (!(await isReady()) && child.exitCode === null) await sleep(50);
  await sleep(QUIET * 1000);
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  const megabytes = (what: string): number =>
    Number(new RegExp(`${what}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  const weight = {
    resident: megabytes("VmRSS"),
    highest: megabytes("VmHWM"),
    anonymous: megabytes("RssAnon"),
  };
  child.kill();
  await exited;
  return weight;
}

const isReady = (): Promise<boolean> =>
  fetch(`http://127.0.0.1:${HEALTH_PORT}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
