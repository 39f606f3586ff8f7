import { describe, expect, test } from "vitest";
import { isEmptyPlan, planWrites, stateAfter } from "../../../src/kernel/plan.ts";
import type { IpSet, Ruleset } from "../../../src/render/ruleset.ts";
import { must } from "../../support/must.ts";
import { MemoryKernel } from "../../support/netfilter/memory-kernel.ts";
import { kernelWith, readBack, stepsOf } from "../../support/packet-interpreter.ts";
import { contentOf, hooks, peers, rule, ruleset, subjects } from "./rulesets.ts";

const bring = (kernel: MemoryKernel, wanted: Ruleset): void => {
  for (const step of stepsOf(planWrites(readBack(kernel), wanted))) step.carryOut(kernel);
};

const wanted = ruleset({
  sets: { "SV4-ingress": subjects("10.0.0.1"), "SV4-G-a": peers("10.0.0.2", "10.0.0.3") },
  chains: { "SV-C-a": [rule("-m set --match-set SV4-G-a src -j RETURN"), rule("-j DROP")] },
});

/** The plan from one ruleset to another. */
const between = (before: Ruleset, after: Ruleset) => planWrites(stateAfter(before), after);

describe("the order of writes", () => {
  test("peers come before the rules and go after them", () => {
    const named = rule("-m set --match-set SV4-G-a src -j RETURN");
    const before = ruleset({
      sets: { "SV4-G-a": peers("10.0.0.2") },
      chains: { "SV-C-a": [named, rule("-j DROP", "one")] },
    });
    const after = ruleset({
      sets: { "SV4-G-a": peers("10.0.0.8") },
      chains: { "SV-C-a": [named, rule("-j DROP", "two")] },
    });
    const { setsBefore, tables, setsAfter, destroy } = between(before, after);
    expect(setsBefore).toEqual(["add SV4-G-a 10.0.0.8"]);
    expect([...tables.keys()]).toEqual(["IPv4"]);
    expect(setsAfter).toEqual(["del SV4-G-a 10.0.0.2"]);
    expect(destroy).toEqual([]);
  });

  test("a set that stands and that no rule names is set right before the rules", () => {
    const before = ruleset({ sets: { "SV4-G-a": peers("10.0.0.2") } });
    const named = rule("-m set --match-set SV4-G-a src -j RETURN");
    const after = ruleset({ sets: { "SV4-G-a": peers("10.0.0.8") }, chains: { "SV-C-a": [named] } });
    const lines = ["add SV4-G-a 10.0.0.8", "del SV4-G-a 10.0.0.2"];
    expect(between(before, after)).toMatchObject({ setsBefore: lines, setsAfter: [] });
    // Somebody's rule among ours may name it.
    const kernel = kernelWith(before);
    kernel.restoreTable("IPv4", "*mangle\n-A SELVEDGE-FORWARD -j ACCEPT\nCOMMIT\n");
    expect(planWrites(readBack(kernel), after)).toMatchObject({
      setsBefore: lines.slice(0, 1),
      setsAfter: lines.slice(1),
    });
  });

  test("who is known comes after the rules and goes before them, but for a set that nobody names yet", () => {
    const known = (...entries: readonly string[]): IpSet => ({
      type: "hash:ip",
      entries: new Set(entries),
      order: "go-first",
    });
    const before = ruleset({ sets: { "SV4-known-a": known("10.0.0.2") } });
    const after = ruleset({ sets: { "SV4-known-a": known("10.0.0.8") } });
    expect(between(before, after)).toMatchObject({
      setsBefore: ["del SV4-known-a 10.0.0.2"],
      setsAfter: ["add SV4-known-a 10.0.0.8"],
    });
    expect(between(ruleset({}), after)).toMatchObject({
      setsBefore: ["create SV4-known-a hash:ip family inet maxelem 1048576", "add SV4-known-a 10.0.0.8"],
      setsAfter: [],
    });
  });

  test("the start gate forgets before peers come, and comes to know after they have gone", () => {
    const named = [
      rule("-m set --match-set SV4-G-a src -j RETURN"),
      rule("-m set ! --match-set SV4-known-a src -j DROP"),
    ];
    const sets = (peer: string, known: string): Ruleset =>
      ruleset({
        sets: {
          "SV4-G-a": peers(peer),
          "SV4-known-a": { type: "hash:ip", entries: new Set([known]), order: "go-first" },
        },
        chains: { "SV-C-a": named },
      });
    expect(between(sets("10.0.0.3", "10.0.0.2"), sets("10.0.0.4", "10.0.0.8"))).toMatchObject({
      setsBefore: ["del SV4-known-a 10.0.0.2", "add SV4-G-a 10.0.0.4"],
      setsAfter: ["del SV4-G-a 10.0.0.3", "add SV4-known-a 10.0.0.8"],
    });
  });

  test("a set is there, and full, before any rule names it, and goes after the last one", () => {
    const { setsBefore, setsAfter } = between(ruleset({}), wanted);
    expect(setsBefore).toEqual([
      "create SV4-ingress hash:ip family inet maxelem 1048576",
      "add SV4-ingress 10.0.0.1",
      "create SV4-G-a hash:net family inet maxelem 1048576",
      "add SV4-G-a 10.0.0.2",
      "add SV4-G-a 10.0.0.3",
    ]);
    expect(setsAfter).toEqual([]);
    const back = between(wanted, ruleset({}));
    expect(back).toMatchObject({ setsBefore: [], setsAfter: [], destroy: ["SV4-ingress", "SV4-G-a"] });
  });

  test("sets are of their name's family", () => {
    const { setsBefore } = between(ruleset({}), ruleset({}, { sets: { "SV6-G-a": peers("fd00::/64") } }));
    expect(setsBefore).toEqual([
      "create SV6-G-a hash:net family inet6 maxelem 1048576",
      "add SV6-G-a fd00::/64",
    ]);
  });

  test("a family that does not change is not written", () => {
    const more = ruleset({}, { chains: { "SV-C-a": [rule("-j DROP")] } });
    expect([...between(ruleset({}), more).tables.keys()]).toEqual(["IPv6"]);
  });

  test("members that come and go cost no iptables call", () => {
    const { sets, chains, family } = wanted.IPv4;
    const moved: Ruleset = {
      ...wanted,
      IPv4: { family, chains, hooks, sets: new Map([...sets, ["SV4-G-a", peers("10.0.0.3", "10.0.0.4")]]) },
    };
    expect(between(wanted, moved)).toEqual({
      setsBefore: ["add SV4-G-a 10.0.0.4"],
      tables: new Map(),
      answers: new Map(),
      setsAfter: ["del SV4-G-a 10.0.0.2"],
      destroy: [],
    });
  });

  test("a chain that changes is written whole, others are not named", () => {
    const chains = (b: string) => ({ "SV-C-a": [rule("-j DROP")], "SV-C-b": [rule("-j DROP", b)] });
    const { tables } = between(ruleset({ chains: chains("old") }), ruleset({ chains: chains("new") }));
    expect(tables.get("IPv4")).toBe(
      ["*mangle", ":SV-C-b - [0:0]", `-A SV-C-b ${rule("-j DROP", "new")}`, "COMMIT", ""].join("\n"),
    );
  });
});

describe("what stands is left alone", () => {
  test("once it is as meant", () => {
    const kernel = kernelWith(wanted);
    expect(isEmptyPlan(planWrites(readBack(kernel), wanted))).toBe(true);
    expect(isEmptyPlan(planWrites(stateAfter(wanted), wanted))).toBe(true);
  });

  test("the state that is believed in is the state that stands", () => {
    const other = ruleset({ sets: { "SV4-G-b": peers("10.0.0.0/8") } }, { chains: { "SV-C-x": [] } });
    for (const next of [wanted, other, ruleset({})]) {
      expect(planWrites(readBack(kernelWith(wanted)), next)).toEqual(planWrites(stateAfter(wanted), next));
    }
  });
});

describe("hooks", () => {
  const hook = must(hooks[0]).rule;

  test.each<{ what: string; lines: readonly string[] }>([
    { what: "missing", lines: [`-D FORWARD ${hook}`] },
    { what: "behind another's rule", lines: ["-I FORWARD 1 -s 10.9.9.9/32 -j ACCEPT"] },
    { what: "there twice", lines: [`-I FORWARD 1 ${hook}`] },
    { what: "there twice, around another's rule", lines: ["-I FORWARD 1 -j ACCEPT", `-I FORWARD 1 ${hook}`] },
    { what: "altered", lines: [`-D FORWARD ${hook}`, `-I FORWARD 1 -p tcp ${hook}`] },
    { what: "a goto", lines: [`-D FORWARD ${hook}`, `-I FORWARD 1 ${hook.replace(" -j ", " -g ")}`] },
  ])("that are $what are put right", ({ lines }) => {
    const kernel = kernelWith(wanted);
    kernel.restoreTable(
      "IPv4",
      ["*mangle", "-A FORWARD -s 10.8.8.8/32 -j DROP", ...lines, "COMMIT"].join("\n"),
    );
    bring(kernel, wanted);
    const forward = kernel.saveTable("IPv4").match(/^-A FORWARD .*$/gm) ?? [];
    expect(forward[0]).toBe(`-A FORWARD ${hook}`);
    expect(forward.filter((line) => line.includes("SELVEDGE"))).toHaveLength(1);
    // Whoever else has rules there keeps them, in their order.
    expect(forward.at(-1)).toBe("-A FORWARD -s 10.8.8.8/32 -j DROP");
    expect(isEmptyPlan(planWrites(readBack(kernel), wanted))).toBe(true);
  });
});

describe("others", () => {
  test("may lead to our chain as they like: a rule without our digest stays, behind ours", () => {
    const kernel = kernelWith(wanted);
    const theirs = ["-s 10.7.7.7/32 -j SELVEDGE-FORWARD", "-s 10.7.7.8/32 -g SELVEDGE-FORWARD"];
    kernel.restoreTable(
      "IPv4",
      ["*mangle", ...theirs.map((text) => `-I FORWARD 1 ${text}`), "COMMIT"].join("\n"),
    );
    bring(kernel, wanted);
    const forward = kernel.saveTable("IPv4").match(/^-A FORWARD .*$/gm) ?? [];
    expect(forward).toEqual(
      [must(hooks[0]).rule, ...theirs.toReversed()].map((text) => `-A FORWARD ${text}`),
    );
  });

  test("keep every chain, rule and set", () => {
    const kernel = new MemoryKernel();
    const theirs = [
      "*mangle",
      ":KUBE-IPTABLES-HINT - [0:0]",
      ":FLANNEL-FWD - [0:0]",
      "-A FLANNEL-FWD -s 10.244.0.0/16 -j ACCEPT",
      '-A FORWARD -m comment --comment "not -j SELVEDGE-FORWARD" -j FLANNEL-FWD',
      "-A OUTPUT -j FLANNEL-FWD",
      "COMMIT",
    ].join("\n");
    kernel.restoreTable("IPv4", theirs);
    kernel.ipset("create KUBE-CLUSTER-IP hash:ip family inet");
    kernel.ipset("add KUBE-CLUSTER-IP 10.96.0.1");
    const before = contentOf(kernel);
    bring(kernel, wanted);
    bring(kernel, ruleset({}));
    // Our hooks and their chain are all that is left; without them it is as if we had never been.
    for (const family of ["IPv4", "IPv6"] as const) {
      const ours = hooks.map(({ chain, rule: text }) => `-D ${chain} ${text}`);
      kernel.restoreTable(family, ["*mangle", ...ours, "-X SELVEDGE-FORWARD", "COMMIT"].join("\n"));
    }
    expect(contentOf(kernel)).toEqual(before);
  });

  test("a chain of an older version goes with its rules, a set with its entries", () => {
    const kernel = kernelWith(
      ruleset({
        sets: { "SV4-OLD": peers("10.0.0.1") },
        chains: { "SV-OLD": [rule("-g SV-OLDER")], "SV-OLDER": [rule("-j DROP")] },
      }),
    );
    bring(kernel, ruleset({}));
    expect(contentOf(kernel)).toEqual(contentOf(kernelWith(ruleset({}))));
  });
});

describe("what others did to ours is undone", () => {
  const alter = (...lines: readonly string[]) => ["*mangle", ...lines, "COMMIT"].join("\n");

  test.each<{ what: string; harm: (kernel: MemoryKernel) => void }>([
    { what: "a chain emptied", harm: (kernel) => kernel.restoreTable("IPv4", alter(":SV-C-a - [0:0]")) },
    {
      what: "a rule added in front",
      harm: (kernel) => kernel.restoreTable("IPv4", alter("-I SV-C-a 1 -j ACCEPT")),
    },
    {
      what: "a rule taken",
      harm: (kernel) => kernel.restoreTable("IPv4", alter(`-D SV-C-a ${rule("-j DROP")}`)),
    },
    {
      what: "a chain of our name added",
      harm: (kernel) => kernel.restoreTable("IPv4", alter(":SV-X - [0:0]")),
    },
    { what: "an entry added", harm: (kernel) => kernel.ipset("add SV4-G-a 10.6.6.6") },
    { what: "an entry taken", harm: (kernel) => kernel.ipset("del SV4-ingress 10.0.0.1") },
    { what: "a set of our name added", harm: (kernel) => kernel.ipset("create SV4-X hash:ip family inet") },
  ])("$what", ({ harm }) => {
    const kernel = kernelWith(wanted);
    harm(kernel);
    bring(kernel, wanted);
    expect(contentOf(kernel)).toEqual(contentOf(kernelWith(wanted)));
  });

  test("a set of our name and another type is made anew", () => {
    const kernel = new MemoryKernel();
    kernel.ipset("create SV4-G-a hash:ip,port family inet");
    const plan = planWrites(readBack(kernel), wanted);
    expect(plan.setsBefore.filter((line) => line.includes("SV4-G-a"))).toEqual([
      "destroy SV4-G-a",
      "create SV4-G-a hash:net family inet maxelem 1048576",
      "add SV4-G-a 10.0.0.2",
      "add SV4-G-a 10.0.0.3",
    ]);
  });
});
