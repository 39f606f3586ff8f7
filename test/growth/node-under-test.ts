import { readFile } from "node:fs/promises";
import type { KernelBackend } from "../../src/kernel/backend.ts";
import { type Exec, execOrThrow, prefixExec, processExec } from "../../src/kernel/exec.ts";
import { iptablesBackend } from "../../src/kernel/iptables-backend.ts";
import { prefixSessionDoor, processSessionDoor } from "../../src/kernel/session/session-door.ts";
import { nftBlocks, readNftContent } from "../kernel/airtight/nft-content.ts";
import { keptOpen } from "../kernel/kept-open.ts";
import { memoryExec } from "../support/netfilter/memory-exec.ts";
import { MemoryKernel } from "../support/netfilter/memory-kernel.ts";
import type { Holding } from "./holding.ts";

/** What an enforcer's process works on. */
export interface NodeUnderTest {
  readonly exec: Exec;
  readonly backend: KernelBackend;
  /** How many programs are kept open. */
  readonly keepsOpen: number;
  readonly held: () => Promise<Pick<Holding, "sets" | "chains">>;
  /** What they hold, when no other runs. */
  readonly programs: () => Promise<number>;
}

/** A kernel in memory, with iptables. */
export function nodeInMemory(): NodeUnderTest {
  const kernel = new MemoryKernel();
  const programs = memoryExec(kernel);
  const exec: Exec = (request) => {
    // What the double remembers of each call is no part of an enforcer.
    programs.requests.splice(0);
    return programs.exec(request);
  };
  return {
    exec,
    backend: iptablesBackend(exec, "nft"),
    keepsOpen: 0,
    programs: () => Promise.resolve(0),
    held: () =>
      Promise.resolve({
        sets: [...kernel.sets.values()].map(({ name, entries }) => `${name} ${entries.size}`).toSorted(),
        chains: [kernel.saveTable("IPv4"), kernel.saveTable("IPv6")].map((text) =>
          text.split("\n").toSorted(),
        ),
      }),
  };
}

/** The real kernel in a network namespace, with nftables, as an enforcer uses it. */
export function nodeInNetns(name: string): NodeUnderTest {
  const enter = ["ip", "netns", "exec", name] as const;
  const exec = prefixExec(processExec, [...enter]);
  return {
    exec,
    backend: keptOpen("nftables", exec, prefixSessionDoor(processSessionDoor, [...enter]), { restMs: 1_000 }),
    // The one that writes, and the one that watches.
    keepsOpen: 2,
    programs: async () => {
      const pids = await execOrThrow(processExec, { command: "ip", args: ["netns", "pids", name] });
      const statuses = await Promise.all(
        pids
          .split("\n")
          .filter((pid) => pid !== "")
          // One that has ended since it was listed holds nothing.
          .map((pid) => readFile(`/proc/${pid}/status`, "utf8").catch(() => "")),
      );
      return statuses
        .map((status) => 1_024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0))
        .reduce((sum, bytes) => sum + bytes, 0);
    },
    held: async () => {
      const content = await readNftContent(exec);
      const blocks = (["IPv4", "IPv6"] as const).map((family) => nftBlocks(content[family]));
      return {
        sets: blocks
          .flat()
          .filter(({ kind }) => kind !== "chain")
          .map(({ name: set, parts }) => `${set} ${parts.length}`)
          .toSorted(),
        chains: blocks.map((ofFamily) =>
          ofFamily
            .filter(({ kind }) => kind === "chain")
            .flatMap(({ name: chain, parts }) => parts.map((rule) => `${chain} ${rule}`))
            .toSorted(),
        ),
      };
    },
  };
}
