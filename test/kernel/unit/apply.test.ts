import { describe, expect, test } from "vitest";
import { applyPlan } from "../../../src/kernel/apply.ts";
import type { ExecRequest } from "../../../src/kernel/exec.ts";
import { isEmptyPlan, planWrites } from "../../../src/kernel/plan.ts";
import { readKernel } from "../../../src/kernel/read.ts";
import type { Variant } from "../../../src/kernel/variant.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { failure, isWrite, memoryExec } from "../../support/netfilter/memory-exec.ts";
import { kernelWith, readBack } from "../../support/packet-interpreter.ts";
import { contentOf, peers, rule, ruleset, subjects } from "./rulesets.ts";

const drop = (comment: string) => [rule("-j DROP", comment)];

const judged = (family: 4 | 6, group: string, comment: string) => ({
  "SV-C-a": [rule(`-m set --match-set SV${family}-G-${group} src -j RETURN`), ...drop(comment)],
  "SELVEDGE-FORWARD": [rule(`-m set --match-set SV${family}-ingress dst -j SV-C-a`, comment)],
});

/** Two rulesets between which every kind of write is needed, in both families. */
const before = ruleset(
  {
    sets: { "SV4-ingress": subjects("10.0.0.1"), "SV4-G-old": peers("10.0.0.2") },
    chains: judged(4, "old", "1"),
  },
  {
    sets: { "SV6-ingress": subjects("fd00::1"), "SV6-G-old": peers("fd00::2") },
    chains: judged(6, "old", "1"),
  },
);
const after = ruleset(
  {
    sets: { "SV4-ingress": subjects("10.0.0.9"), "SV4-G-new": peers("10.0.0.8") },
    chains: judged(4, "new", "2"),
  },
  {
    sets: { "SV6-ingress": subjects("fd00::9"), "SV6-G-new": peers("fd00::8") },
    chains: judged(6, "new", "2"),
  },
);

/** A node that holds `before`, and one pass towards a ruleset. */
function node(variant: Variant = "nft") {
  const kernel = kernelWith(before);
  const programs = memoryExec(kernel, variant);
  const pass = async (wanted: Ruleset) => {
    const plan = planWrites(await readKernel(programs.exec, variant), wanted);
    return applyPlan(programs.exec, variant, plan);
  };
  return { kernel, programs, pass };
}

const told = ({ command, args }: ExecRequest): string => [command, ...args].join(" ");

describe("a plan that nothing hinders", () => {
  test.each(["nft", "legacy"] as const)("is carried out in its order, with %s", async (variant) => {
    const { kernel, programs, pass } = node(variant);
    expect(await pass(after)).toEqual({ commands: 6, failures: [], unwritten: new Set(), held: new Map() });
    expect(programs.requests.filter(isWrite).map(told)).toEqual([
      "ipset -exist restore",
      `iptables-${variant}-restore --noflush --wait 5`,
      "ipset -exist restore",
      `ip6tables-${variant}-restore --noflush --wait 5`,
      "ipset -exist restore",
      "ipset -exist restore",
    ]);
    expect(contentOf(kernel)).toEqual(contentOf(kernelWith(after)));
  });

  test("and is empty costs nothing", async () => {
    expect(await node().pass(before)).toEqual({
      commands: 0,
      failures: [],
      unwritten: new Set(),
      held: new Map(),
    });
  });
});

/** The writes of the plan above, by place, what must not be done once it failed, and what else is said. */
const failing = [
  {
    what: "fill sets of IPv4",
    step: "fill sets",
    forbidden: /SV4-/,
    more: [{ step: "write IPv4 rules", message: "not without SV4-ingress" }],
  },
  { what: "write IPv4 rules", step: "write IPv4 rules", forbidden: /^(?!ip6).*SV4-/s, more: [] },
  {
    what: "fill sets of IPv6",
    step: "fill sets",
    forbidden: /SV6-/,
    more: [{ step: "write IPv6 rules", message: "not without SV6-ingress" }],
  },
  { what: "write IPv6 rules", step: "write IPv6 rules", forbidden: /SV6-/, more: [] },
  { what: "empty sets", step: "empty sets", forbidden: /nothing/, more: [] },
].map((each, at) => ({ ...each, at }));

describe.each(failing)("where the step $what fails", ({ step, at, forbidden, more }) => {
  test("it is said, nothing is done that builds on it, and the next pass repairs all", async () => {
    const { kernel, programs, pass } = node();
    const failed: ExecRequest[] = [];
    const afterwards: ExecRequest[] = [];
    let writes = -1;
    programs.disturb((request) => {
      if (!isWrite(request)) return undefined;
      writes += 1;
      if (writes > at) afterwards.push(request);
      if (writes !== at) return undefined;
      failed.push(request);
      return failure("no such luck\n", 2);
    });
    const { failures } = await pass(after);
    expect(failed).toHaveLength(1);
    expect(failures).toEqual([{ step, message: "no such luck" }, ...more]);
    for (const request of afterwards)
      expect(`${told(request)}\n${request.input ?? ""}`).not.toMatch(forbidden);

    programs.disturb(() => undefined);
    expect((await pass(after)).failures).toEqual([]);
    expect(contentOf(kernel)).toEqual(contentOf(kernelWith(after)));
    expect(isEmptyPlan(planWrites(readBack(kernel), after))).toBe(true);
  });

  test("no set goes that a rule names, and no peer that a rule still needs", async () => {
    const { kernel, programs, pass } = node();
    let writes = -1;
    programs.disturb((request) => {
      writes += isWrite(request) ? 1 : 0;
      return isWrite(request) && writes === at ? failure("no") : undefined;
    });
    await pass(after);
    const { tables, sets } = readBack(kernel);
    for (const [family, prefix] of [
      ["IPv4", "SV4"],
      ["IPv6", "SV6"],
    ] as const) {
      const isNew =
        JSON.stringify(tables[family].chains.get("SV-C-a")) === JSON.stringify(hashesOf(after, family));
      if (isNew) continue;
      expect(sets.has(`${prefix}-G-old`)).toBe(true);
      expect([...(sets.get(`${prefix}-ingress`)?.entries ?? [])].some((entry) => entry.endsWith("1"))).toBe(
        true,
      );
    }
  });
});

const hashesOf = (wanted: Ruleset, family: "IPv4" | "IPv6") =>
  readBack(kernelWith(wanted)).tables[family].chains.get("SV-C-a");

test("one family that cannot be written does not keep the other from its whole change", async () => {
  const { kernel, programs, pass } = node();
  programs.disturb(({ command }) =>
    command === "ip6tables-nft-restore"
      ? failure("Table does not exist (do you need to insmod?)")
      : undefined,
  );
  await pass(after);
  const { sets, tables } = readBack(kernel);
  const whole = readBack(kernelWith(after));
  expect(tables.IPv4).toEqual(whole.tables.IPv4);
  expect(sets.get("SV4-ingress")).toEqual(whole.sets.get("SV4-ingress"));
  expect(sets.has("SV4-G-old")).toBe(false);
  expect(tables.IPv6).toEqual(readBack(kernelWith(before)).tables.IPv6);
});

describe("a set that is refused", () => {
  /** `after` stands but for the lines about this set, all of which are refused. */
  const refusing = (set: string, verb: "create" | "add" | "del" | "destroy") => {
    const { kernel, programs, pass } = node();
    programs.disturb(({ command, input = "" }) => {
      if (command !== "ipset") return undefined;
      const at = input.split("\n").findIndex((line) => line.startsWith(`${verb} ${set}`));
      return at < 0 ? undefined : failure(`ipset v7.17: Error in line ${at + 1}: no such luck`);
    });
    return { kernel, programs, pass };
  };
  const whole = readBack(kernelWith(after));

  test("is missing: no rule names it, less is allowed, and all else is done", async () => {
    const { kernel, pass } = refusing("SV4-G-new", "create");
    const { failures } = await pass(after);
    expect(failures).toEqual([{ step: "fill sets", message: "SV4-G-new: no such luck" }]);
    const { sets, tables } = readBack(kernel);
    expect(sets).toEqual(new Map([...whole.sets].filter(([name]) => name !== "SV4-G-new")));
    const [, ...others] = whole.tables.IPv4.chains.get("SV-C-a") ?? [];
    expect(tables.IPv4.chains).toEqual(new Map([...whole.tables.IPv4.chains, ["SV-C-a", others]]));
    expect(tables.IPv6).toEqual(whole.tables.IPv6);
  });

  test("is full: rules name it, and all else is done", async () => {
    const { kernel, programs, pass } = refusing("SV4-G-new", "add");
    // The tool had made the set before it stopped.
    kernel.ipset("create SV4-G-new hash:net family inet maxelem 1048576");
    expect((await pass(after)).failures).toEqual([{ step: "fill sets", message: "SV4-G-new: no such luck" }]);
    expect(readBack(kernel).tables).toEqual(whole.tables);
    programs.disturb(() => undefined);
    expect((await pass(after)).failures).toEqual([]);
    expect(readBack(kernel)).toEqual(whole);
  });

  test("says whom policies isolate: its family's rules stay as they are", async () => {
    const { kernel, pass } = refusing("SV4-ingress", "add");
    const { failures } = await pass(after);
    expect(failures).toEqual([
      { step: "fill sets", message: "SV4-ingress: no such luck" },
      { step: "write IPv4 rules", message: "not without SV4-ingress" },
    ]);
    const { sets, tables } = readBack(kernel);
    const old = readBack(kernelWith(before));
    expect(tables).toEqual({ IPv4: old.tables.IPv4, IPv6: whole.tables.IPv6 });
    expect(sets.get("SV4-ingress")).toEqual(old.sets.get("SV4-ingress"));
    expect(sets.get("SV4-G-old")).toEqual(old.sets.get("SV4-G-old"));
  });

  test("keeps an entry that was to go first: its family's rules stay as they are", async () => {
    const known = (...entries: readonly string[]) => ({
      ...subjects(...entries),
      order: "go-first" as const,
    });
    const ofKnown = (comment: string, ...entries: readonly string[]) =>
      ruleset({ sets: { "SV4-known": known(...entries) }, chains: { "SV-C-a": drop(comment) } });
    const { kernel, pass } = refusing("SV4-known", "del");
    await pass(ofKnown("1", "10.0.0.1", "10.0.0.2"));
    const stood = readBack(kernel);
    const { failures } = await pass(ofKnown("2", "10.0.0.1"));
    expect(failures.map(({ step }) => step)).toEqual(["fill sets", "write IPv4 rules"]);
    expect(readBack(kernel)).toEqual(stood);
  });

  test("is in use: the others go", async () => {
    const { kernel, pass } = refusing("SV4-G-old", "destroy");
    const { failures, held } = await pass(after);
    expect(failures).toEqual([]);
    expect([...held]).toEqual([["SV4-G-old", "no such luck"]]);
    expect([...readBack(kernel).sets.keys()].filter((name) => name.endsWith("old"))).toEqual(["SV4-G-old"]);
  });

  test("is one of very many: they are said in one line, and the tool is not asked for ever", async () => {
    const many = ruleset({
      sets: Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`SV4-G-${i}`, peers("10.0.0.1")])),
    });
    const { programs, pass } = node();
    programs.disturb(({ command, args }) =>
      command === "ipset" && args[0] !== "save" ? failure("ipset v7.17: Error in line 1: full") : undefined,
    );
    const { failures, commands } = await pass(many);
    expect(failures[0]?.message).toBe("SV4-G-0, SV4-G-1, SV4-G-2 and 97 more: full");
    expect(commands).toBeLessThan(60);
  });
});

describe("a failure is told in the program's own words", () => {
  test.each([
    [{ code: 1, stdout: "", stderr: "iptables-restore: line 7 failed\n" }, "iptables-restore: line 7 failed"],
    [{ code: 1, stdout: "told on the wrong pipe\n", stderr: "" }, "told on the wrong pipe"],
    [{ code: 4, stdout: "", stderr: "" }, "exit 4"],
  ])("%j", async (result, message) => {
    const { programs, pass } = node();
    programs.disturb((request) => (isWrite(request) ? result : undefined));
    expect((await pass(after)).failures[0]).toEqual({ step: "fill sets", message });
  });
});

describe("a kernel that cannot be read", () => {
  test.each(["ipset", "iptables-nft-save", "ip6tables-nft-save"])(
    "is an exception: %s fails",
    async (command) => {
      const { programs, pass } = node();
      programs.disturb((request) => (request.command === command ? failure("Permission denied") : undefined));
      await expect(pass(after)).rejects.toThrow("Permission denied");
      expect(programs.requests.filter(isWrite)).toEqual([]);
    },
  );
});
