import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../cluster/rig/until.ts";
import { PORT } from "./pod.ts";

/** Whether a TCP connection from a network namespace comes to stand within a second. */
export async function connects(netnsPath: string, address: string, port = PORT): Promise<boolean> {
  const script = `exec 3<>/dev/tcp/${address}/${port}`;
  const child = spawn("nsenter", [`--net=${netnsPath}`, "timeout", "1", "bash", "-c", script], {
    stdio: "ignore",
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0));
  });
}

/** Fulfilled once it connects. */
export const opens = (netnsPath: string, address: string, port = PORT): Promise<true> =>
  until(`${address}:${port} is reached`, async () => (await connects(netnsPath, address, port)) || undefined);

/** Fulfilled once it no longer connects, and goes on not to. */
export async function closes(netnsPath: string, address: string, port = PORT): Promise<true> {
  await until(
    `${address}:${port} is closed`,
    async () => !(await connects(netnsPath, address, port)) || undefined,
  );
  const again = await Promise.all(
    [0, 150, 300].map(async (pause) => {
      await sleep(pause);
      return connects(netnsPath, address, port);
    }),
  );
  if (again.includes(true)) throw new Error(`${address}:${port} is open again`);
  return true;
}
