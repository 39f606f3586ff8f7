import { readFileSync } from "node:fs";
import { onTestFinished } from "vitest";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import { iptablesBackend } from "../../../src/kernel/iptables-backend.ts";
import { type Exec, type ExecRequest, processExec } from "../../../src/kernel/exec.ts";
import { KernelSessions, type SessionOptions } from "../../../src/kernel/session/kernel-sessions.ts";
import {
  type SessionDoor,
  type SessionRequest,
  prefixSessionDoor,
  processSessionDoor,
} from "../../../src/kernel/session/session-door.ts";
import type { Variant } from "../../../src/kernel/variant.ts";
import { must } from "../../support/must.ts";
import { type OwnNetns, ownNetns } from "../own-netns.ts";

/** A node's kernel in a network namespace of its own, written by real tools that are kept open. */
export interface SessionRig {
  readonly netns: OwnNetns;
  readonly kernel: NodeKernel;
  /** Every process that was run to its end, oldest first. */
  readonly ran: ExecRequest[];
  /** Every program that was kept open, oldest first. */
  readonly opened: SessionRequest[];
  /** Sends a signal to the programs of this name that are open. */
  readonly signal: (command: string, signal: "KILL" | "STOP") => Promise<void>;
  /** Has what programs say, that are run to their end, read otherwise from now on. */
  readonly reword: (said: (stdout: string) => string) => void;
  /** Puts something in the place of the door from now on. */
  readonly disturb: (door: SessionDoor) => void;
}

const programOf = (pid: string): string => readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[0] ?? "";

/** Ends with the test. Trouble is found soon and forgotten soon. */
export async function sessionRig(variant: Variant, options: SessionOptions = {}): Promise<SessionRig> {
  const netns = await ownNetns();
  const ran: ExecRequest[] = [];
  const opened: SessionRequest[] = [];
  let reword = (stdout: string): string => stdout;
  const exec: Exec = async (request) => {
    ran.push(request);
    const result = await netns.exec(request);
    return { ...result, stdout: reword(result.stdout) };
  };
  let door: SessionDoor = prefixSessionDoor(processSessionDoor, netns.enter);
  const sessions = new KernelSessions(
    (request) => {
      opened.push(request);
      return door(request);
    },
    variant,
    { setPatienceMs: 1_000, tablePatienceMs: 8_000, restMs: 1, ...options },
  );
  const kernel = new NodeKernel(iptablesBackend(exec, variant, sessions));
  onTestFinished(async () => {
    await kernel.close();
    await netns.remove();
  });
  return {
    netns,
    kernel,
    ran,
    opened,
    signal: async (command, signal) => {
      const { stdout } = await processExec({ command: "ip", args: ["netns", "pids", must(netns.enter[3])] });
      const found = stdout.split("\n").filter((pid) => pid !== "" && programOf(pid) === command);
      if (found.length === 0) throw new Error(`no ${command} is open`);
      for (const pid of found) process.kill(Number(pid), `SIG${signal}`);
    },
    reword: (next) => {
      reword = next;
    },
    disturb: (next) => {
      door = next;
    },
  };
}
