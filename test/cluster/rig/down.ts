import { readFile, readdir, rm, rmdir, unlink } from "node:fs/promises";
import { run } from "../build/run.ts";
import { removeCgroups } from "./cgroups.ts";
import { PREFIX, home } from "./home.ts";
import { MADE } from "./node.ts";
import { childOf, started, stop } from "./processes.ts";

const ignore = (): undefined => undefined;

/** A node's PID 1 takes everything in its namespaces with it. */
async function stopAll(): Promise<void> {
  for (const { name, pid } of await started()) {
    const inside = name.startsWith("node-") ? await childOf(pid) : undefined;
    if (inside !== undefined) process.kill(inside, "SIGKILL");
    await stop(pid);
  }
}

async function removeNamespaces(): Promise<void> {
  const names = await readdir("/run/netns").catch(() => []);
  for (const name of names.filter((each) => each.startsWith(PREFIX))) await run("ip", ["netns", "del", name]);
}

/** What the machine did not have before, the last made first; what somebody else uses by now stays. */
async function removeMade(): Promise<void> {
  const made = (await readFile(MADE, "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
  for (const path of new Set(made.toReversed())) await rmdir(path).catch(() => unlink(path).catch(ignore));
}

/** Ends a cluster in whatever state it is, and leaves nothing of it but the cache; twice is harmless. */
export async function down(): Promise<void> {
  await stopAll();
  await removeNamespaces();
  await removeCgroups(PREFIX);
  await removeMade();
  await rm(home, { recursive: true, force: true });
}
