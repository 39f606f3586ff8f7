import { spawn } from "node:child_process";
import { appendFile, open, readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { inHome, logFile } from "./home.ts";

interface Started {
  readonly name: string;
  readonly pid: number;
}

const PIDS = inHome("pids");

/** Starts a program that outlives this one, and writes down that it runs. */
export async function start(name: string, [command = "", ...args]: readonly string[]): Promise<number> {
  const log = await open(logFile(name), "a");
  const child = spawn(command, args, { detached: true, stdio: ["ignore", log.fd, log.fd] });
  child.unref();
  await log.close();
  if (child.pid === undefined) throw new Error(`${name} cannot be started: ${command}`);
  await appendFile(PIDS, `${child.pid} ${name}\n`);
  return child.pid;
}

/** Those that were started, the last first. */
export async function started(): Promise<Started[]> {
  const text = await readFile(PIDS, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [pid = "", name = ""] = line.split(" ");
      return { pid: Number(pid), name };
    })
    .reverse();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Ends a process: politely, and after ten seconds without asking. */
export async function stop(pid: number, patience = 10_000): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, "SIGTERM");
  const deadline = Date.now() + patience;
  while (isAlive(pid) && Date.now() < deadline) await sleep(50);
  if (isAlive(pid)) process.kill(pid, "SIGKILL");
}

/** Ends a process for good: another that gets its number is none of ours. */
export async function stopForGood(pid: number): Promise<void> {
  await stop(pid);
  const lines = (await readFile(PIDS, "utf8")).split("\n");
  await writeFile(PIDS, lines.filter((line) => !line.startsWith(`${pid} `)).join("\n"));
}

/** The first child of a process: of an `unshare --fork`, the one that is PID 1 inside. */
export async function childOf(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  const [first] = text.trim().split(" ");
  return first === undefined || first === "" ? undefined : Number(first);
}
