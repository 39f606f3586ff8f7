import { describe, expect, test } from "vitest";
import { NodeKernel } from "../../src/daemon/node-kernel.ts";
import { iptablesBackend } from "../../src/kernel/iptables-backend.ts";
import { contentOf, peers, rule, ruleset } from "../kernel/unit/rulesets.ts";
import { failure, isWrite, memoryExec } from "../support/netfilter/memory-exec.ts";
import { MemoryKernel } from "../support/netfilter/memory-kernel.ts";
import { kernelWith } from "../support/packet-interpreter.ts";

const group = (...members: readonly string[]) =>
  ruleset({
    sets: { "SV4-G-a": peers(...members) },
    chains: { "SV-C-a": [rule("-m set --match-set SV4-G-a src -j RETURN")] },
  });

function node() {
  const memory = new MemoryKernel();
  const programs = memoryExec(memory);
  return {
    memory,
    programs,
    kernel: new NodeKernel(iptablesBackend(programs.exec, "nft")),
    /** How many programs were run since the last call. */
    spent: () => programs.requests.splice(0).length,
  };
}

describe("belief in what stands", () => {
  test("spares reading: one look at the start, then writes only, then nothing", async () => {
    const { kernel, memory, spent } = node();
    await kernel.bring(group("10.0.0.1"));
    expect(spent()).toBe(6);
    await kernel.bring(group("10.0.0.1", "10.0.0.2"));
    expect(spent()).toBe(1);
    const { plans, commands } = await kernel.bring(group("10.0.0.1", "10.0.0.2"));
    expect([plans, commands, spent()]).toEqual([[], 0, 0]);
    expect(contentOf(memory)).toEqual(contentOf(kernelWith(group("10.0.0.1", "10.0.0.2"))));
  });

  test("is blind to what others do, until it is recalled", async () => {
    const { kernel, memory } = node();
    await kernel.bring(group("10.0.0.1"));
    memory.ipset("del SV4-G-a 10.0.0.1");
    expect((await kernel.bring(group("10.0.0.1"))).plans).toEqual([]);
    kernel.recall();
    expect((await kernel.bring(group("10.0.0.1"))).plans).toMatchObject([
      { setsBefore: ["add SV4-G-a 10.0.0.1"] },
    ]);
    expect(contentOf(memory)).toEqual(contentOf(kernelWith(group("10.0.0.1"))));
  });

  test("is checked by a look beside the passes, which then read nothing", async () => {
    const { kernel, memory, spent } = node();
    await kernel.bring(group("10.0.0.1"));
    memory.ipset("del SV4-G-a 10.0.0.1");
    await kernel.look();
    spent();
    expect((await kernel.bring(group("10.0.0.1"))).plans).toMatchObject([
      { setsBefore: ["add SV4-G-a 10.0.0.1"] },
    ]);
    expect(spent()).toBe(1);
  });

  test("is not checked by a look that a write fell into: it may have seen one half of it", async () => {
    const { kernel, memory, programs } = node();
    await kernel.bring(group("10.0.0.1"));
    memory.ipset("del SV4-G-a 10.0.0.1");
    let passes = 0;
    programs.disturb((request) => {
      if (isWrite(request) || passes === 2) return undefined;
      passes += 1;
      const wanted = group("10.0.0.1", `10.0.1.${passes}`);
      // After this program has read, before the look is over.
      void Promise.resolve().then(() => kernel.bring(wanted));
      return undefined;
    });
    await kernel.look();
    await kernel.bring(group("10.0.0.1"));
    expect(contentOf(memory)).toEqual(contentOf(kernelWith(group("10.0.0.1"))));
  });

  test("is given up after a failure: half a write is found and completed", async () => {
    const { kernel, memory, programs } = node();
    await kernel.bring(group("10.0.0.1"));
    programs.disturb((request) => {
      if (!isWrite(request)) return undefined;
      // ipset stopped in the middle of its input.
      memory.ipset("add SV4-G-a 10.0.0.2");
      return failure("Kernel error received: No buffer space available");
    });
    const wanted = group("10.0.0.1", "10.0.0.2", "10.0.0.3");
    const { failures } = await kernel.bring(wanted);
    expect(failures).toEqual([
      { step: "fill sets", message: "Kernel error received: No buffer space available" },
    ]);
    programs.disturb(() => undefined);
    const { plans } = await kernel.bring(wanted);
    expect(plans).toMatchObject([{ setsBefore: ["add SV4-G-a 10.0.0.3"] }]);
    expect(contentOf(memory)).toEqual(contentOf(kernelWith(wanted)));
  });
});

describe("a kernel that cannot be read", () => {
  test("is not written, and is a failure in words", async () => {
    const { kernel, programs } = node();
    programs.disturb(({ command }) => (command === "ipset" ? failure("not found", 127) : undefined));
    const { plans, commands, failures } = await kernel.bring(group("10.0.0.1"));
    expect(plans).toEqual([]);
    expect(commands).toBe(0);
    expect(failures).toEqual([{ step: "read the kernel", message: "ipset save: exit 127: not found" }]);
    expect(programs.requests.filter(isWrite)).toEqual([]);
  });

  test.each(["IPv4", "IPv6"] as const)("in one family: the other is written, %s is not", async (family) => {
    const { kernel, memory, programs } = node();
    const save = family === "IPv4" ? "iptables-nft-save" : "ip6tables-nft-save";
    programs.disturb(({ command }) => (command === save ? failure("Table does not exist", 3) : undefined));
    const sets = (prefix: string) => ({ [`${prefix}-G-a`]: peers() });
    const wanted = ruleset({ sets: sets("SV4") }, { sets: sets("SV6") });
    for (const left of ["one write of each kind", "nothing left"]) {
      const { plans, failures } = await kernel.bring(wanted);
      expect(plans.length === 0, left).toBe(left === "nothing left");
      expect(failures).toEqual([
        { step: `read ${family} rules`, message: `${save} -t mangle: exit 3: Table does not exist` },
      ]);
    }
    const other = family === "IPv4" ? "IPv6" : "IPv4";
    expect(memory.saveTable(family)).not.toContain("SELVEDGE");
    expect(memory.saveTable(other)).toContain("SELVEDGE");
    expect([...memory.sets.keys()]).toEqual([family === "IPv4" ? "SV6-G-a" : "SV4-G-a"]);
    programs.disturb(() => undefined);
    expect((await kernel.bring(wanted)).failures).toEqual([]);
    expect(contentOf(memory)).toEqual(contentOf(kernelWith(wanted)));
  });

  test("is read again by the next pass", async () => {
    const { kernel, memory, programs } = node();
    programs.disturb(() => failure("locked"));
    await kernel.bring(group("10.0.0.1"));
    programs.disturb(() => undefined);
    expect((await kernel.bring(group("10.0.0.1"))).failures).toEqual([]);
    expect(contentOf(memory)).toEqual(contentOf(kernelWith(group("10.0.0.1"))));
  });
});
