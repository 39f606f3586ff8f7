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

/** Two rulesets between which every kind of write is needed, in both families. */
const before = ruleset(
  {
    sets: { "SV4-ingress": subjects("10.0.0.1"), "SV4-G-old": peers("10.0.0.2") },
    chains: { "SV-C-a": drop("1") },
  },
  {
    sets: { "SV6-ingress": subjects("fd00::1"), "SV6-G-old": peers("fd00::2") },
    chains: { "SV-C-a": drop("1") },
  },
);
const after = ruleset(
  {
    sets: { "SV4-ingress": subjects("10.0.0.9"), "SV4-G-new": peers("10.0.0.8") },
    chains: { "SV-C-a": drop("2") },
  },
  {
    sets: { "SV6-ingress": subjects("fd00::9"), "SV6-G-new": peers("fd00::8") },
    chains: { "SV-C-a": drop("2") },
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
    expect(await pass(after)).toEqual({ commands: 6, failures: [] });
    expect(programs.requests.filter(isWrite).map(told)).toEqual([
      "ipset -exist restore",
      `iptables-${variant}-restore --noflush --wait 30`,
      `ip6tables-${variant}-restore --noflush --wait 30`,
      "ipset -exist restore",
      "ipset destroy SV4-G-old",
      "ipset destroy SV6-G-old",
    ]);
    expect(contentOf(kernel)).toEqual(contentOf(kernelWith(after)));
  });

  test("and is empty costs nothing", async () => {
    expect(await node().pass(before)).toEqual({ commands: 0, failures: [] });
  });
});

/** The writes of the plan above, by place, and what must not be done once it failed. */
const failing = [
  { step: "fill sets", forbidden: /restore|destroy/ },
  { step: "write IPv4 rules", forbidden: /SV4-/ },
  { step: "write IPv6 rules", forbidden: /SV6-/ },
  { step: "empty sets", forbidden: /nothing/ },
  { step: "destroy SV4-G-old", forbidden: /nothing/ },
  { step: "destroy SV6-G-old", forbidden: /nothing/ },
];

describe.each(failing)("where the step $step fails", ({ step, forbidden }) => {
  const at = failing.findIndex((each) => each.step === step);

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
    expect(failures).toEqual([{ step, message: "no such luck" }]);
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

describe("a failure is told in the program's own words", () => {
  test.each([
    [{ code: 1, stdout: "", stderr: "iptables-restore: line 7 failed\n" }, "iptables-restore: line 7 failed"],
    [{ code: 1, stdout: "told on the wrong pipe\n", stderr: "" }, "told on the wrong pipe"],
    [{ code: 4, stdout: "", stderr: "" }, "exit 4"],
  ])("%j", async (result, message) => {
    const { programs, pass } = node();
    programs.disturb((request) => (isWrite(request) ? result : undefined));
    expect((await pass(after)).failures).toEqual([{ step: "fill sets", message }]);
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
