import { readdirSync, readFileSync, rmdirSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { execOrThrow, processExec } from "../kernel/exec.ts";
import { labDir, labOfNetns, LABS_DIR, NETNS_DIR, netnsPrefix } from "./names.ts";
import { killProcess, labProcesses } from "./processes.ts";

/** What a teardown found and removed. */
export interface Teardown {
  readonly processes: number;
  readonly namespaces: number;
}

const ROUNDS = 100;
const ROUND_MS = 20;

/**
 * Removes everything of a lab, whatever state it is in: found by names and marks alone, never by what a file
 * says, so that a lab that was half built, or whose processes or files are gone, goes too. Removing nothing
 * is fine.
 */
export async function teardown(name: string): Promise<Teardown> {
  const dir = labDir(name);
  const namespaces = netnsOf(name);
  const processes = await killAll(name, inodesOf(namespaces));
  if (namespaces.length > 0)
    await execOrThrow(processExec, {
      command: "ip",
      args: ["-batch", "-"],
      input: namespaces.map((netns) => `netns del ${netns}\n`).join(""),
    });
  await unmountUnder(dir);
  await rm(dir, { recursive: true, force: true });
  removeIfEmpty(LABS_DIR);
  return { processes, namespaces: namespaces.length };
}

/** Every lab of which anything is left: a network namespace or a directory. */
export function labNames(): string[] {
  const names = [...entries(NETNS_DIR).flatMap((netns) => labOfNetns(netns) ?? []), ...entries(LABS_DIR)];
  return [...new Set(names)].sort();
}

function netnsOf(lab: string): string[] {
  return entries(NETNS_DIR).filter((netns) => netns.startsWith(netnsPrefix(lab)));
}

function inodesOf(namespaces: readonly string[]): ReadonlySet<number> {
  return new Set(namespaces.map((netns) => statSync(join(NETNS_DIR, netns)).ino));
}

/** Kills in rounds until none is left: a process may fork while it is being looked for. */
async function killAll(lab: string, inodes: ReadonlySet<number>): Promise<number> {
  const killed = new Set<number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const pids = labProcesses(lab, inodes);
    if (pids.length === 0) return killed.size;
    for (const pid of pids) {
      killProcess(pid);
      killed.add(pid);
    }
    await sleep(ROUND_MS);
  }
  throw new Error(`lab ${lab}: processes that do not end: ${[...killed].join(", ")}`);
}

/**
 * The lab's mounts are in its holders' mount namespaces and go with them; a stray one would block the
 * removal.
 */
async function unmountUnder(dir: string): Promise<void> {
  const points = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .flatMap((line) => line.split(" ")[4] ?? [])
    .filter((point) => point.startsWith(`${dir}/`));
  for (const point of points.toReversed())
    await execOrThrow(processExec, { command: "umount", args: ["-l", point] });
}

function entries(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function removeIfEmpty(dir: string): void {
  try {
    rmdirSync(dir);
  } catch {
    // Another lab's files are in it, or it is not there.
  }
}
