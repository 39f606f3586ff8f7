import { readFile, readdir, readlink } from "node:fs/promises";
import { nodePid } from "../../cluster/rig/in-node.ts";
import { until } from "../../cluster/rig/until.ts";
import { get } from "./api.ts";

interface Lease {
  readonly spec: { readonly holderIdentity?: string };
}

/** Who leads, by the lease: its node's name, `_` and what makes it one process's. */
export const leader = async (): Promise<string> =>
  (await get<Lease>("lease", "selvedge-controller", "-n", "selvedge-system")).spec.holderIdentity ?? "";

export const nodeOf = (identity: string): string => identity.split("_")[0] ?? "";

/** Fulfilled with who leads in the place of somebody. */
export const leaderAfter = (before: string): Promise<string> =>
  until("another controller leads", async () => {
    const now = await leader();
    return now !== "" && now !== before ? now : undefined;
  });

const networkOf = (pid: number | string): Promise<string> =>
  readlink(`/proc/${pid}/ns/net`).catch(() => "gone");

/** The process of a node's controller, as this machine counts: it is in the node's own network namespace. */
export async function controllerPid(node: string): Promise<number> {
  const network = await networkOf(await nodePid(node));
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
    if (words[1]?.endsWith("/selvedge.js") !== true || words[2] !== "controller") continue;
    if ((await networkOf(pid)) === network) return Number(pid);
  }
  throw new Error(`no controller runs on ${node}`);
}
