import { readFile, readdir, rm, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../build/run.ts";
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

/** Control groups are folders that only rmdir can remove, the deepest first. */
async function removeCgroup(folder: string): Promise<void> {
  const inside = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const each of inside.filter((entry) => entry.isDirectory()))
    await removeCgroup(join(folder, each.name));
  await rmdir(folder).catch(ignore);
}

async function removeCgroups(): Promise<void> {
  const root = "/sys/fs/cgroup";
  const names = await readdir(root, { withFileTypes: true }).catch(() => []);
  const hierarchies = [
    root,
    ...names.filter((each) => each.isDirectory()).map((each) => join(root, each.name)),
  ];
  for (const hierarchy of hierarchies) {
    const groups = await readdir(hierarchy).catch(() => []);
    for (const group of groups.filter((each) => each.startsWith(PREFIX)))
      await removeCgroup(join(hierarchy, group));
  }
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
  await removeCgroups();
  await removeMade();
  await rm(home, { recursive: true, force: true });
}
