import { readdirSync, readFileSync, readlinkSync } from "node:fs";

import { LAB_MARK } from "./names.ts";

/**
 * The processes of a lab: those that carry its mark in their environment, and those in one of its network
 * namespaces, given by inode. Never this process or one that it descends from.
 */
export function labProcesses(lab: string, netnsInodes: ReadonlySet<number>): number[] {
  const spared = ancestors();
  const mark = `${LAB_MARK}=${lab}`;
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => !spared.has(pid) && (isMarked(pid, mark) || netnsInodes.has(netnsInode(pid) ?? -1)));
}

/** Ends a process at once; one that is gone already is no news. */
export function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Ends a process of a lab, known by an id that may have become somebody else's since. */
export function killMarked(lab: string, pid: number): void {
  if (isMarked(pid, `${LAB_MARK}=${lab}`)) killProcess(pid);
}

function isMarked(pid: number, mark: string): boolean {
  return readProc(`${pid}/environ`)?.split("\0").includes(mark) ?? false;
}

function netnsInode(pid: number): number | undefined {
  try {
    const inode = /\[(\d+)\]/.exec(readlinkSync(`/proc/${pid}/ns/net`))?.[1];
    return inode === undefined ? undefined : Number(inode);
  } catch {
    // Gone between the listing and now.
    return undefined;
  }
}

function ancestors(): ReadonlySet<number> {
  const seen = new Set<number>();
  for (let pid: number | undefined = process.pid; pid !== undefined && pid > 0;) {
    seen.add(pid);
    // "pid (name) state ppid": the name may hold anything, so count from its last parenthesis.
    const stat = readProc(`${pid}/stat`);
    const parent = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
    pid = parent === undefined ? undefined : Number(parent);
  }
  return seen;
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    return undefined;
  }
}
