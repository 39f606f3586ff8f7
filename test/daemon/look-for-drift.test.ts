import { describe, expect, test, vi } from "vitest";
import { NodeKernel } from "../../src/daemon/node-kernel.ts";
import type { KernelReader } from "../../src/kernel/backend.ts";
import { iptablesBackend } from "../../src/kernel/iptables-backend.ts";
import type { ExecRequest } from "../../src/kernel/exec.ts";
import { contentOf, peers, rule, ruleset } from "../kernel/unit/rulesets.ts";
import { failure, isWrite, memoryExec } from "../support/netfilter/memory-exec.ts";
import { MemoryKernel } from "../support/netfilter/memory-kernel.ts";
import { kernelWith } from "../support/packet-interpreter.ts";

const uses = (set: string): string => rule(`-m set --match-set ${set} src -j RETURN`);

/** One chain and its set that stay, and one of each that are written to. */
const wanted = (round: number, busy: readonly string[] = []) =>
  ruleset({
    sets: { "SV4-G-calm": peers("10.0.0.1"), "SV4-G-busy": peers("10.0.1.1", ...busy) },
    chains: {
      "SV-C-calm": [uses("SV4-G-calm")],
      "SV-C-busy": [uses("SV4-G-busy"), rule(`-p tcp -m tcp --dport ${1000 + round} -j RETURN`)],
    },
  });

const isRead = (request: ExecRequest): boolean => !isWrite(request);
const isTableRead = (request: ExecRequest): boolean => request.command.endsWith("-save");

async function node(reader: Partial<KernelReader> = {}) {
  const memory = new MemoryKernel();
  const programs = memoryExec(memory);
  const backend = iptablesBackend(programs.exec, "nft");
  const kernel = new NodeKernel({ ...backend, readerBeside: { ...backend.readerBeside, ...reader } });
  await kernel.bring(wanted(0));
  programs.requests.splice(0);
  return {
    memory,
    programs,
    kernel,
    /** What was asked since the last call. */
    asked: () => programs.requests.splice(0),
    /** Once somebody reads what such requests do, brings the next ruleset before the reading is over. */
    writeDuring: (isIt: (request: ExecRequest) => boolean, times: number, write: (round: number) => void) => {
      let rounds = 0;
      programs.disturb((request) => {
        if (!isIt(request) || rounds === times) return undefined;
        rounds += 1;
        const round = rounds;
        void Promise.resolve().then(() => write(round));
        return undefined;
      });
    },
  };
}

describe("a look", () => {
  test("that finds all as it was left keeps the belief: the next pass reads nothing, and writes what differs", async () => {
    const { kernel, asked } = await node();
    await kernel.look();
    expect(asked().filter(isWrite)).toEqual([]);
    const { plans, drift } = await kernel.bring(wanted(1));
    expect([plans.length, drift]).toEqual([1, undefined]);
    expect(asked().filter(isRead)).toEqual([]);
  });

  test("tells what others changed, however often it was asked to read anew", async () => {
    const { kernel, memory } = await node();
    memory.ipset("add SV4-G-calm 10.9.9.9");
    kernel.recall();
    kernel.recall();
    expect((await kernel.bring(wanted(0))).drift?.sets).toEqual(["SV4-G-calm"]);
    kernel.recall();
    expect((await kernel.bring(wanted(0))).drift).toBeUndefined();
  });

  test("stands back for whoever wants the CPU; a pass that reads does not", async () => {
    const { kernel, asked } = await node();
    await kernel.look();
    expect(asked().map(({ niceness }) => niceness)).toEqual([5, 5, 5]);
    kernel.recall();
    await kernel.bring(wanted(0));
    expect(asked().map(({ niceness }) => niceness)).toEqual([undefined, undefined, undefined]);
  });

  test.each([
    [
      "a chain",
      (memory: MemoryKernel) => memory.restoreTable("IPv4", "*mangle\n:SV-C-calm - [0:0]\nCOMMIT\n"),
    ],
    ["a set", (memory: MemoryKernel) => memory.ipset("add SV4-G-calm 10.9.9.9")],
    [
      "a new set",
      (memory: MemoryKernel) => memory.ipset("create SV4-G-new hash:net family inet maxelem 1048576"),
    ],
  ])("into which somebody writes all the time finds %s that others changed", async (_, disturb) => {
    const { kernel, memory, writeDuring, asked } = await node();
    disturb(memory);
    writeDuring(isTableRead, 1, (round) => void kernel.bring(wanted(round)));
    await kernel.look();
    asked();
    const { drift } = await kernel.bring(wanted(1));
    expect(drift).toBeDefined();
    expect(contentOf(memory)).toEqual(contentOf(kernelWith(wanted(1))));
  });

  test("into which somebody writes all the time keeps the belief where others changed nothing", async () => {
    const { kernel, writeDuring, asked } = await node();
    writeDuring(isTableRead, 2, (round) => void kernel.bring(wanted(round)));
    await kernel.look();
    asked();
    await kernel.bring(wanted(3));
    expect(asked().filter(isRead)).toEqual([]);
  });

  test("finds what others did to a set while entries of it came and went", async () => {
    const { kernel, memory, writeDuring } = await node();
    memory.ipset("del SV4-G-busy 10.0.1.1");
    writeDuring(isTableRead, 1, () => void kernel.bring(wanted(0, ["10.0.1.2"])));
    await kernel.look();
    await kernel.bring(wanted(0, ["10.0.1.2"]));
    expect(contentOf(memory)).toEqual(contentOf(kernelWith(wanted(0, ["10.0.1.2"]))));
  });

  test("is not deceived by a tool that lists sets without their entries, as somebody writes meanwhile", async () => {
    const { kernel, programs, asked } = await node({ tearsSets: true });
    let [tables, lists] = [0, 0];
    programs.disturb((request) => {
      if (isTableRead(request) && (tables += 1) === 1)
        queueMicrotask(() => void kernel.bring(wanted(0, ["10.0.1.2"])));
      const isOfSets = request.command === "ipset" && request.niceness !== undefined && tables > 0;
      if (!isOfSets || (lists += 1) > 2) return undefined;
      queueMicrotask(() => void kernel.bring(wanted(lists, ["10.0.1.2"])));
      return { code: 0, stdout: "", stderr: "" };
    });
    await kernel.look();
    expect(lists).toBeGreaterThan(1);
    asked();
    await kernel.bring(wanted(9, ["10.0.1.2"]));
    expect(asked().filter(isRead)).toEqual([]);
  });

  test("begins again where rules cannot be printed, as a set goes that they named", async () => {
    const { kernel, memory, programs } = await node();
    memory.ipset("del SV4-G-calm 10.0.0.1");
    let saves = 0;
    programs.disturb(({ command }) => {
      if (command !== "iptables-nft-save") return undefined;
      saves += 1;
      if (saves > 1) return undefined;
      void Promise.resolve().then(() => kernel.bring(wanted(1)));
      return failure("Set with index 225 in kernel doesn't exist.");
    });
    await kernel.look();
    expect(saves).toBe(2);
    expect((await kernel.bring(wanted(1))).drift?.sets).toEqual(["SV4-G-calm"]);
  });

  test("that is never told, as somebody writes whenever it reads, is taken again; after a while the next pass reads", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    try {
      const { kernel, memory, writeDuring, asked } = await node();
      memory.ipset("del SV4-G-busy 10.0.1.1");
      writeDuring(
        ({ command, niceness }) => command === "ipset" && niceness !== undefined,
        100,
        (round) => void kernel.bring(wanted(0, [`10.0.2.${round}`])),
      );
      await kernel.look();
      asked();
      await kernel.bring(wanted(0, ["10.0.1.2"]));
      expect(asked().filter(isRead)).toEqual([]);
      vi.advanceTimersByTime(20_000);
      await kernel.look();
      asked();
      const { drift } = await kernel.bring(wanted(0, ["10.0.1.2"]));
      expect(asked().filter(isRead)).not.toEqual([]);
      expect(drift?.sets).toEqual(["SV4-G-busy"]);
      expect(contentOf(memory)).toEqual(contentOf(kernelWith(wanted(0, ["10.0.1.2"]))));
    } finally {
      vi.useRealTimers();
    }
  });

  test("is not deceived by a chain that others changed right before it was written: that makes it anew", async () => {
    const { kernel, memory, writeDuring } = await node();
    memory.restoreTable("IPv4", "*mangle\n:SV-C-busy - [0:0]\nCOMMIT\n");
    writeDuring(isTableRead, 1, () => void kernel.bring(wanted(7)));
    await kernel.look();
    expect(contentOf(memory)).toEqual(contentOf(kernelWith(wanted(7))));
  });

  test("that cannot read leaves it to the next pass", async () => {
    const { kernel, memory, programs } = await node();
    memory.ipset("del SV4-G-calm 10.0.0.1");
    programs.disturb((request) => (isRead(request) ? failure("locked") : undefined));
    await kernel.look();
    programs.disturb(() => undefined);
    await kernel.bring(wanted(0));
    expect(contentOf(memory)).toEqual(contentOf(kernelWith(wanted(0))));
  });

  test("outlives a pass that fails by a fault of our own", async () => {
    const { kernel, programs } = await node();
    let isOver = false;
    programs.disturb((request) => {
      if (isWrite(request)) throw new Error("a fault");
      if (!isOver) void Promise.resolve().then(() => kernel.bring(wanted(1)).catch(() => undefined));
      isOver = true;
      return undefined;
    });
    await kernel.look();
    programs.disturb(() => undefined);
    expect((await kernel.bring(wanted(1))).failures).toEqual([]);
  });
});
