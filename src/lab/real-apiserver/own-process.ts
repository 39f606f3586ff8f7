import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A program that runs for as long as this process, at most. */
export interface OwnProcess {
  readonly child: ChildProcess;
  /** Takes all that it says. */
  readonly log: string;
}

const READY_WITHIN = 90_000;

const words = (flags: Readonly<Record<string, string>>): string[] =>
  Object.entries(flags).map(([name, value]) => `--${name}=${value}`);

/** Starts a program that dies with this process, however this process dies. */
export function startOwn(program: string, flags: Readonly<Record<string, string>>, log: string): OwnProcess {
  const output = openSync(log, "a");
  const child = spawn("setpriv", ["--pdeathsig", "KILL", program, ...words(flags)], {
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  return { child, log };
}

export async function killOwn({ child }: OwnProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

/** Waits until an address answers 200, or the program has died. */
export async function untilReady({ child, log }: OwnProcess, url: string): Promise<void> {
  for (const deadline = performance.now() + READY_WITHIN; performance.now() < deadline; await sleep(50)) {
    if (child.exitCode !== null) break;
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.status === 200) return;
  }
  throw new Error(`${url} was not ready; its log ends with\n${readFileSync(log, "utf8").slice(-3_000)}`);
}
