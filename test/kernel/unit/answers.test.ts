import { describe, expect, test } from "vitest";
import { families } from "../../../src/core/address.ts";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import { iptablesBackend } from "../../../src/kernel/iptables-backend.ts";
import { planWrites } from "../../../src/kernel/plan.ts";
import { type Host, plainHost } from "../../../src/render/host.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { bitsOf } from "../../support/bits.ts";
import { must } from "../../support/must.ts";
import { fateOf } from "../../support/netfilter/fate.ts";
import { failure, memoryExec } from "../../support/netfilter/memory-exec.ts";
import { MemoryKernel } from "../../support/netfilter/memory-kernel.ts";
import type { Packet } from "../../support/netfilter/packet.ts";
import type { MemoryTable } from "../../support/netfilter/table.ts";
import { walk } from "../../support/netfilter/traverse.ts";
import { kernelWith, readBack, stepsOf } from "../../support/packet-interpreter.ts";
import { cluster, pod, policy } from "../../support/scenario.ts";
import { rulesetOf } from "../../support/transition.ts";

const web = pod("shop/web", { ips: ["10.0.0.1", "fd00::1"], node: "n1" });
const closed = cluster([policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] })], { pods: [web] });
const that = (denial: Host["denial"]): Ruleset =>
  rulesetOf(closed, "n1", undefined, { ...plainHost, denial });
const [dropping, rejecting] = [that("drop"), that("reject")];

const packet = (more: Partial<Packet> = {}): Packet => ({
  source: bitsOf("203.0.113.9"),
  destination: bitsOf("10.0.0.1"),
  protocol: "tcp",
  port: 80,
  flags: ["SYN"],
  state: "NEW",
  hasLocalSource: false,
  ...more,
});

const acceptAll = (kernel: MemoryKernel): void => {
  for (const family of families) kernel.restoreTable(family, "*filter\n-I FORWARD 1 -j ACCEPT\nCOMMIT\n");
};

describe("a denied packet", () => {
  const [open, accepting] = [kernelWith(rejecting), kernelWith(rejecting)];
  acceptAll(accepting);
  const fates = (each: Packet): string[] =>
    [open, accepting].map((kernel) => fateOf(kernel, "FORWARD", each));

  test.each([
    ["of TCP", packet()],
    ["of UDP", packet({ protocol: "udp" })],
    ["in IPv6", packet({ source: bitsOf("2001:db8::9"), destination: bitsOf("fd00::1") })],
  ])("%s is refused, and dropped where somebody accepted it before", (_, each) => {
    expect(fates(each)).toEqual(["refused", "dropped"]);
  });

  test.each([
    ["to multicast", { source: bitsOf("10.0.0.1"), destination: bitsOf("224.0.0.9") }],
    [
      "to multicast, without time to live from the start",
      { source: bitsOf("10.0.0.1"), destination: bitsOf("239.1.1.1"), hops: 0 },
    ],
    ["that conntrack calls invalid", { state: "INVALID" }],
    ["that bears an address of the node", { hasLocalSource: true }],
  ] satisfies [string, Partial<Packet>][])("%s is dropped in silence", (_, more) => {
    expect(fates(packet({ protocol: "udp", ...more }))).toEqual(["dropped", "dropped"]);
  });

  test("does not pass by any time to live that its sender gives it; an allowed one without is refused", () => {
    for (const hops of [0, 1, 255]) expect(fates(packet({ hops }))).toEqual(["refused", "dropped"]);
    const strangers = { source: bitsOf("203.0.113.9"), destination: bitsOf("203.0.113.10") };
    expect(fates(packet(strangers))).toEqual(["passed", "passed"]);
    expect(fates(packet({ ...strangers, hops: 0 }))).toEqual(["refused", "dropped"]);
  });

  test("the node's own packets and multicast may stay on the node as they please", () => {
    const strangers = { source: bitsOf("203.0.113.9"), destination: bitsOf("203.0.113.10"), hops: 0 };
    expect(fateOf(open, "OUTPUT", packet({ ...strangers, hasLocalSource: true }))).toBe("passed");
    expect(fateOf(open, "OUTPUT", packet({ ...strangers, destination: bitsOf("224.0.0.1") }))).toBe("passed");
  });
});

describe("the order of writes", () => {
  const textsOf = (from: Ruleset, to: Ruleset): { judging: string; answering: readonly string[] } => {
    const { tables, answers } = planWrites(readBack(kernelWith(from)), to);
    return { judging: must(tables.get("IPv4")), answering: must(answers.get("IPv4")) };
  };

  test("where refusing begins, what drops the unanswered stands in the very step that lets the first go on", () => {
    const { judging, answering } = textsOf(dropping, rejecting);
    expect(judging).toMatch(/^-I POSTROUTING 1 .*-j SELVEDGE-UNREFUSED$/m);
    expect(judging).toContain("-j TTL --ttl-set 0");
    expect(answering.map((text) => text.split("\n")[0])).toEqual(["*filter"]);
  });

  test("where it ends, that goes last of all, by itself", () => {
    const { judging, answering } = textsOf(rejecting, dropping);
    expect(judging).not.toMatch(/POSTROUTING|UNREFUSED/);
    expect(judging).toMatch(/^-X SV-REFUSE$/m);
    expect(answering.map((text) => text.split("\n")[0])).toEqual(["*filter", "*mangle"]);
    expect(answering[1]?.split("\n").map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "*mangle",
      ":SELVEDGE-UNREFUSED -",
      "-D POSTROUTING",
      "-X SELVEDGE-UNREFUSED",
      "COMMIT",
      "",
    ]);
  });

  test.each([
    ["begins", dropping, rejecting],
    ["ends", rejecting, dropping],
  ])("a packet on its way while refusing %s meets no gap between two steps", (_, from, to) => {
    const kernel = kernelWith(from);
    acceptAll(kernel);
    const states: MemoryTable[] = [kernel.tables.IPv4];
    for (const step of stepsOf(planWrites(readBack(kernel), to))) {
      step.carryOut(kernel);
      states.push(kernel.tables.IPv4);
    }
    const isLet = states.map((judging, i) => {
      const judged = walk(judging, "FORWARD", packet());
      if (judged.verdict !== "accept") return false;
      const leaving = states[i + 1] ?? judging;
      return walk(leaving, "POSTROUTING", judged.packet).verdict === "accept";
    });
    expect(isLet).toEqual(states.map(() => false));
  });

  test("there and back leaves nothing", () => {
    const kernel = kernelWith(dropping);
    const before = [
      kernel.saveTable("IPv4"),
      kernel.saveTable("IPv6", "filter"),
      kernel.saveTable("IPv4", "filter"),
    ];
    for (const wanted of [rejecting, dropping])
      for (const step of stepsOf(planWrites(readBack(kernel), wanted))) step.carryOut(kernel);
    expect([
      kernel.saveTable("IPv4"),
      kernel.saveTable("IPv6", "filter"),
      kernel.saveTable("IPv4", "filter"),
    ]).toEqual(before);
  });
});

describe("table filter", () => {
  const isOfFilter = ({ args, input = "" }: { args: readonly string[]; input?: string }): boolean =>
    args.includes("filter") || input.startsWith("*filter");

  test("is not even looked at where nothing is refused, nor was", async () => {
    const { exec, requests } = memoryExec(new MemoryKernel());
    const kernel = new NodeKernel(iptablesBackend(exec, "nft"));
    await kernel.bring(dropping);
    await kernel.look();
    await kernel.bring(dropping);
    expect(requests.filter(isOfFilter)).toEqual([]);
  });

  test("is cleaned by the next enforcer, though that refuses nothing", async () => {
    const memory = new MemoryKernel();
    const { exec } = memoryExec(memory);
    await new NodeKernel(iptablesBackend(exec, "nft")).bring(rejecting);
    expect(memory.saveTable("IPv4", "filter")).toContain("SELVEDGE-REFUSE");
    expect((await new NodeKernel(iptablesBackend(exec, "nft")).bring(dropping)).failures).toEqual([]);
    expect(memory.saveTable("IPv4", "filter")).toBe(new MemoryKernel().saveTable("IPv4", "filter"));
    expect(memory.saveTable("IPv4")).toBe(kernelWith(dropping).saveTable("IPv4"));
  });

  test.each(["read", "written"] as const)(
    "cannot be %s: that is said, all is dropped in silence, and mended when it can",
    async (what) => {
      const memory = new MemoryKernel();
      const { exec, disturb } = memoryExec(memory);
      disturb((request) =>
        isOfFilter(request) && request.command.endsWith(what === "read" ? "-save" : "-restore")
          ? failure("no such table")
          : undefined,
      );
      const kernel = new NodeKernel(iptablesBackend(exec, "nft"));
      for (let passes = 0; passes < 2; passes += 1) {
        const { failures } = await kernel.bring(rejecting);
        expect(failures.map(({ message }) => message.includes("no such table"))).toEqual([true, true]);
        expect(fateOf(memory, "FORWARD", packet())).toBe("dropped");
      }
      disturb(() => undefined);
      expect((await kernel.bring(rejecting)).failures).toEqual([]);
      expect(fateOf(memory, "FORWARD", packet())).toBe("refused");
      expect((await kernel.bring(rejecting)).commands).toBe(0);
    },
  );

  test("is put right where others changed it, wherever it stands, and told by name", async () => {
    const memory = new MemoryKernel();
    const { exec } = memoryExec(memory);
    const kernel = new NodeKernel(iptablesBackend(exec, "nft"));
    await kernel.bring(rejecting);
    acceptAll(memory);
    kernel.recall();
    // Ours is second now, and stays so.
    expect(await kernel.bring(rejecting)).toMatchObject({ commands: 0, failures: [] });
    const whole = memory.saveTable("IPv4", "filter");
    memory.restoreTable("IPv4", "*filter\n:SELVEDGE-REFUSE - [0:0]\n-A SELVEDGE-REFUSE -j ACCEPT\nCOMMIT\n");
    kernel.recall();
    const { drift } = await kernel.bring(rejecting);
    expect(drift?.chains).toEqual(["IPv4 filter SELVEDGE-REFUSE"]);
    expect(memory.saveTable("IPv4", "filter")).toBe(whole);
    memory.filters.IPv4 = new MemoryKernel().filters.IPv4;
    kernel.recall();
    expect((await kernel.bring(rejecting)).drift?.chains).toEqual([
      "IPv4 filter SELVEDGE-REFUSE",
      "IPv4 filter FORWARD",
      "IPv4 filter OUTPUT",
    ]);
    expect(fateOf(memory, "FORWARD", packet())).toBe("refused");
  });
});
