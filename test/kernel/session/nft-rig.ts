import { onTestFinished } from "vitest";
import { processExec } from "../../../src/kernel/exec.ts";
import { type NftSessionOptions, NftSessions } from "../../../src/kernel/session/nft-sessions.ts";
import type { NftWriter } from "../../../src/kernel/session/nft-writer.ts";
import {
  type SessionDoor,
  prefixSessionDoor,
  processSessionDoor,
} from "../../../src/kernel/session/session-door.ts";
import { must } from "../../support/must.ts";
import { type OwnNetns, ownNetns } from "../own-netns.ts";

/** A network namespace of its own, written by an nft that is kept open. */
export interface NftRig {
  readonly netns: OwnNetns;
  readonly sessions: NftSessions;
  /** Writes by what is kept open, or by a process where that is not to be had; as a caller does. */
  readonly write: (script: string) => Promise<string | undefined>;
  /** Writes by a process, as others do. */
  readonly other: (script: string) => Promise<string | undefined>;
  /** What stands. */
  readonly listing: () => Promise<string>;
  /** The scripts that processes were given instead. */
  readonly byProcess: string[];
  readonly opened: () => number;
  readonly disturb: (door: SessionDoor) => void;
  readonly signal: (signal: "KILL" | "STOP") => Promise<void>;
}

/** The processes in the namespace. */
export async function nftPids(netns: OwnNetns): Promise<number[]> {
  const { stdout } = await processExec({ command: "ip", args: ["netns", "pids", must(netns.enter[3])] });
  return stdout.split("\n").filter(Boolean).map(Number);
}

/** Ends with the test. */
export async function nftRig(options: NftSessionOptions = {}): Promise<NftRig> {
  const netns = await ownNetns();
  let door = prefixSessionDoor(processSessionDoor, netns.enter);
  let opened = 0;
  const byProcess: string[] = [];
  const other: NftRig["other"] = async (input) => {
    const { code, stderr } = await netns.exec({ command: "nft", args: ["-f", "-"], input });
    return code === 0 ? undefined : stderr;
  };
  const processes: NftWriter = {
    write: (script) => {
      byProcess.push(script);
      return other(script);
    },
    commands: () => byProcess.length,
  };
  const sessions = new NftSessions(
    (request) => {
      opened += 1;
      return door(request);
    },
    { restMs: 1, ...options },
  );
  onTestFinished(async () => {
    await sessions.close();
    await netns.remove();
  });
  return {
    netns,
    sessions,
    write: (script) => (sessions.writer(processes) ?? processes).write(script),
    other,
    listing: () => netns.sh("nft list ruleset"),
    byProcess,
    opened: () => opened,
    disturb: (next) => {
      door = next;
    },
    signal: async (signal) => {
      for (const pid of await nftPids(netns)) process.kill(pid, `SIG${signal}`);
    },
  };
}

export const TABLES = "add table ip selvedge\nadd table ip6 selvedge\n";
export const SETS = `${TABLES}add set ip selvedge A { type ipv4_addr; }\nadd set ip selvedge B { type ipv4_addr; }\n`;
