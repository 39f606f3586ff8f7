import { expect, onTestFinished } from "vitest";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import {
  type SessionDoor,
  prefixSessionDoor,
  processSessionDoor,
} from "../../../src/kernel/session/session-door.ts";
import { type NftWitnessOptions, NftWitness } from "../../../src/kernel/witness/nft-witness.ts";
import type { Mark } from "../../../src/kernel/witness/witness.ts";
import { must } from "../../support/must.ts";
import { type OwnNetns, ownNetns } from "../own-netns.ts";
import type { WatchedBackend } from "./watched-backends.ts";

/** A node whose writes are watched. */
export interface Watched {
  readonly netns: OwnNetns;
  readonly witness: NftWitness;
  readonly kernel: NodeKernel;
  /** The same, by a process for each write. */
  readonly byProcesses: NodeKernel;
  /** Has it written; with a mark from which the witness has seen all. */
  readonly seen: (kernel?: NodeKernel) => Promise<Mark | undefined>;
  /** How many writes of others were told. */
  readonly others: () => number;
  /** How many nft were started to watch. */
  readonly opened: () => number;
  readonly told: string[];
  readonly signalMonitors: (signal: "KILL" | "STOP" | "CONT") => Promise<void>;
}

/** Ends with the test. */
export async function watched(
  backend: WatchedBackend,
  options: NftWitnessOptions = {},
  before: "neighbours" | "nothing yet" = "neighbours",
): Promise<Watched> {
  const netns = await ownNetns();
  onTestFinished(() => netns.remove());
  const told: string[] = [];
  let others = 0;
  const door = prefixSessionDoor(processSessionDoor, netns.enter);
  let opened = 0;
  const counted: SessionDoor = (request) => {
    opened += 1;
    return door(request);
  };
  if (before === "neighbours") await netns.sh(backend.neighbours);
  const witness = new NftWitness(counted, backend.watched, {
    restMs: 20,
    onBlind: (why) => told.push(`blind: ${why}`),
    onSight: () => told.push("sight"),
    ...options,
  });
  witness.watch(() => (others += 1));
  const kernel = new NodeKernel(backend.open(netns.exec, witness, door));
  onTestFinished(() => kernel.close());
  const byProcesses = new NodeKernel(backend.open(netns.exec, witness));
  let round = 0;
  const write = async (by: NodeKernel): Promise<void> => {
    round = (round % 200) + 1;
    by.recall();
    expect(await by.bring(backend.wantedOf(round))).toMatchObject({ failures: [] });
  };
  const seen: Watched["seen"] = async (by = kernel) => {
    // Until it listens it sees nothing, and nobody tells when it does.
    await expect
      .poll(
        async () => {
          const [began, mark] = [performance.now(), witness.mark()];
          await write(by);
          // What it began to hear too late for is written once more.
          await expect
            .poll(
              () => {
                const testimony = witness.since(mark);
                return testimony.kind !== "undisturbed" || testimony.until >= Math.floor(began);
              },
              { timeout: 2_000 },
            )
            .toBe(true);
          return witness.since(mark).kind;
        },
        { timeout: 20_000 },
      )
      .toBe("undisturbed");
    return witness.mark();
  };
  return {
    netns,
    witness,
    kernel,
    byProcesses,
    seen,
    others: () => others,
    opened: () => opened,
    told,
    signalMonitors: async (signal) => {
      await netns.sh(`for p in $(ip netns pids ${must(netns.enter[3])}); do
        if tr '\\0' ' ' < /proc/$p/cmdline | grep -q '^nft monitor'; then kill -${signal} $p; fi; done`);
    },
  };
}
