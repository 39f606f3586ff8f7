import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NodeKernel } from "../../src/daemon/node-kernel.ts";
import type { ExecRequest } from "../../src/kernel/exec.ts";
import { iptablesBackend } from "../../src/kernel/iptables-backend.ts";
import type { Witness } from "../../src/kernel/witness/witness.ts";
import { contentOf, peers, rule, ruleset } from "../kernel/unit/rulesets.ts";
import { failure, isWrite, memoryExec } from "../support/netfilter/memory-exec.ts";
import { MemoryKernel } from "../support/netfilter/memory-kernel.ts";
import { kernelWith } from "../support/packet-interpreter.ts";

const wanted = (...busy: readonly string[]) =>
  ruleset({
    sets: { "SV4-G-calm": peers("10.0.0.1"), "SV4-G-busy": peers("10.0.1.1", ...busy) },
    chains: {
      "SV-C-calm": [rule("-m set --match-set SV4-G-calm src -j RETURN")],
      "SV-C-busy": [rule("-m set --match-set SV4-G-busy src -j RETURN")],
    },
  });

/** A witness who says what a test has it say. */
function witnessOf(sees: Witness["sees"]) {
  let account = {};
  let others = 0;
  let until = 0;
  const witness: Witness = {
    sees,
    watch: () => undefined,
    mark: () => ({ account, others }),
    since: (mark) => {
      if (mark?.account !== account) return { kind: "blind" };
      return mark.others === others ? { kind: "undisturbed", until } : { kind: "disturbed" };
    },
    close: () => Promise.resolve(),
  };
  return {
    witness,
    seeOthers: () => {
      others += 1;
    },
    /** It has seen everything until now. */
    catchUp: () => {
      until = performance.now();
    },
    goBlind: () => {
      account = {};
    },
  };
}

/** What a witness sees, and what of a look somebody's writes spoil: where sets are written, or so that rules cannot be read. */
interface Spoilt {
  readonly sees: Witness["sees"];
  readonly spoilt: "sets" | "rules";
}

/** A node whose every look is spoilt by a write, with a witness. */
async function node({ sees, spoilt }: Spoilt = { sees: "rules and sets", spoilt: "sets" }) {
  const memory = new MemoryKernel();
  const programs = memoryExec(memory);
  const told = witnessOf(sees);
  const kernel = new NodeKernel({ ...iptablesBackend(programs.exec, "nft"), witness: told.witness });
  await kernel.bring(wanted());
  let round = 0;
  let isSpoiling = true;
  programs.disturb(({ command, niceness }) => {
    const isMet = command === (spoilt === "sets" ? "ipset" : "iptables-nft-save");
    if (!isSpoiling || niceness === undefined || !isMet) return undefined;
    round += 1;
    const next = wanted(`10.0.2.${round % 200}`);
    queueMicrotask(() => void kernel.bring(next));
    return spoilt === "sets"
      ? undefined
      : failure("iptables-nft-save: Could not fetch rule set generation id");
  });
  return {
    ...told,
    kernel,
    /** What was asked since the last call. */
    asked: () => programs.requests.splice(0),
    /** Brings what is wanted; how much was read for it. */
    readings: async (): Promise<number> => {
      programs.requests.splice(0);
      const { drift } = await kernel.bring(wanted("10.0.3.1"));
      const isRead = (request: ExecRequest): boolean => !isWrite(request);
      const read = programs.requests.splice(0).filter(isRead).length;
      expect(contentOf(memory)).toEqual(contentOf(kernelWith(wanted("10.0.3.1"))));
      expect(drift !== undefined).toBe(isHarmed);
      isHarmed = false;
      return read;
    },
    /** Others change what is ours. */
    harm: () => {
      isHarmed = true;
      memory.ipset("del SV4-G-calm 10.0.0.1");
    },
    calm: () => {
      isSpoiling = false;
    },
  };
}

let isHarmed = false;

beforeEach(() => {
  isHarmed = false;
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const HOUR = 3_600_000;

/** The pass after looks that told nothing reads, but not before seven seconds. */
async function isLeftToPatience({
  kernel,
  readings,
  catchUp,
}: Awaited<ReturnType<typeof node>>): Promise<void> {
  vi.advanceTimersByTime(6_900);
  catchUp();
  await kernel.look();
  expect(await readings()).toBe(0);
  vi.advanceTimersByTime(100);
  catchUp();
  await kernel.look();
  expect(await readings()).toBeGreaterThan(0);
}

test("a look that is never told waits for nothing as long as the witness saw nobody else write", async () => {
  const { kernel, readings, catchUp } = await node();
  for (let at = 0; at < HOUR; at += HOUR / 12) {
    vi.advanceTimersByTime(HOUR / 12);
    catchUp();
    await kernel.look();
    expect(await readings()).toBe(0);
  }
});

test("a look that found no end is not taken again at once, while the witness sees only us", async () => {
  const { kernel, asked, catchUp } = await node();
  const isTaken = async (): Promise<boolean> => {
    asked();
    await kernel.look();
    return asked().some(({ niceness }) => niceness !== undefined);
  };
  catchUp();
  expect([await isTaken(), await isTaken()]).toEqual([true, false]);
  vi.advanceTimersByTime(10_000);
  expect(await isTaken()).toBe(true);
  catchUp();
  expect(await isTaken()).toBe(false);
  vi.advanceTimersByTime(60_000);
  catchUp();
  expect(await isTaken()).toBe(true);
});

test("one whose account comes to an end is not believed for longer than looks are", async () => {
  const { kernel, readings, catchUp } = await node();
  catchUp();
  vi.advanceTimersByTime(6_900);
  await kernel.look();
  expect(await readings()).toBe(0);
  vi.advanceTimersByTime(100);
  await kernel.look();
  expect(await readings()).toBeGreaterThan(0);
});

test("one that is blind leaves it to patience, and is believed again after the next reading", async () => {
  const seen = await node();
  const { kernel, readings, catchUp, goBlind } = seen;
  goBlind();
  await isLeftToPatience(seen);
  vi.advanceTimersByTime(HOUR);
  catchUp();
  await kernel.look();
  expect(await readings()).toBe(0);
});

test("where it saw others write, and the look found no end, the next pass reads", async () => {
  const { kernel, readings, seeOthers } = await node();
  seeOthers();
  await kernel.look();
  expect(await readings()).toBeGreaterThan(0);
  await kernel.look();
  expect(await readings()).toBe(0);
});

test("it need not wait for a look", async () => {
  const { kernel, readings, harm, seeOthers } = await node();
  expect(await kernel.heed()).toBe(false);
  expect(await readings()).toBe(0);
  harm();
  seeOthers();
  expect(await kernel.heed()).toBe(true);
  expect(await readings()).toBeGreaterThan(0);
  expect(await kernel.heed()).toBe(false);
});

test("who writes again and again is heeded now and then", async () => {
  const { kernel, readings, harm, seeOthers } = await node();
  const isNow = (): Promise<boolean> =>
    Promise.race([kernel.heed(), sleep(50, undefined, { ref: false }).then(() => false)]);
  harm();
  for (const isHeeded of [true, false, false]) {
    seeOthers();
    expect(await isNow()).toBe(isHeeded);
    if (isHeeded) expect(await readings()).toBeGreaterThan(0);
  }
});

test("a look that is overtaken by it is no reason to read once more", async () => {
  const { kernel, readings, harm, seeOthers, calm } = await node();
  calm();
  harm();
  seeOthers();
  const looking = kernel.look();
  expect(await kernel.heed()).toBe(true);
  await looking;
  expect(await readings()).toBeGreaterThan(0);
  expect(await readings()).toBe(0);
});

test("what is read beside the writes counts from before it began: others may have written meanwhile", async () => {
  const { kernel, readings, harm, seeOthers, calm } = await node();
  calm();
  const looking = kernel.look();
  await Promise.resolve();
  seeOthers();
  await looking;
  harm();
  expect(await kernel.heed()).toBe(true);
  expect(await readings()).toBeGreaterThan(0);
});

test("it is never believed more than a reading that says otherwise", async () => {
  const { kernel, readings, harm, catchUp, calm } = await node();
  calm();
  harm();
  catchUp();
  await kernel.look();
  // What the look has read serves the pass.
  expect(await readings()).toBe(0);
});

describe("of one that sees rules alone", () => {
  test("sets are looked at all the same, where rules cannot be read", async () => {
    const { kernel, readings, harm, catchUp } = await node({ sees: "rules", spoilt: "rules" });
    for (let at = 0; at < HOUR; at += HOUR / 12) {
      vi.advanceTimersByTime(HOUR / 12);
      catchUp();
      await kernel.look();
      expect(await readings()).toBe(0);
      await kernel.look();
      expect(await readings()).toBe(0);
    }
    // The first finds no end, the second is spared; both look at sets.
    for (const passed of [HOUR, 0]) {
      vi.advanceTimersByTime(passed);
      catchUp();
      harm();
      await kernel.look();
      expect(await readings()).toBeGreaterThan(0);
    }
  });

  test("sets that are written whenever they are looked at are left to patience", async () => {
    const seen = await node({ sees: "rules", spoilt: "sets" });
    await isLeftToPatience(seen);
  });
});
