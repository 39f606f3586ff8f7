import { describe, expect, test } from "vitest";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import { iptablesBackend } from "../../../src/kernel/iptables-backend.ts";
import { ruleIdentity } from "../../../src/kernel/rule-identity.ts";
import { planWalk } from "../../../src/kernel/walk/plan-walk.ts";
import { renamed, shadowOf } from "../../../src/kernel/walk/shadow.ts";
import { groupId } from "../../../src/core/policy.ts";
import { everyPod } from "../../../src/core/normalize.ts";
import { groupSet, isOurSet, namedPortSet, setFamily } from "../../../src/render/names.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { failure, memoryExec } from "../../support/netfilter/memory-exec.ts";
import type { MemoryKernel } from "../../support/netfilter/memory-kernel.ts";
import { kernelWith, readBack, stepsTo } from "../../support/packet-interpreter.ts";
import { contentOf, peers, rule, ruleset } from "./rulesets.ts";

const allows = (family: 4 | 6, port: number): string =>
  rule(`-p tcp -m tcp --dport ${port} -m set --match-set SV${family}-G-a src -j RETURN`);

/** A pod that lets the members in at a port, in both families; beside it one that always lets them in anywhere. */
const server = (port: number, v4: readonly string[], v6: readonly string[]): Ruleset => {
  const chains = (family: 4 | 6, self: string, other: string) => ({
    "SV-INGRESS": [
      rule(`-d ${self} -g SV-C-server`, "x/server"),
      rule(`-d ${other} -g SV-C-other`, "x/other"),
      rule("-g SV-I-REST"),
    ],
    "SV-I-REST": [],
    "SV-C-server": [allows(family, port), rule("-j DROP")],
    "SV-C-other": [rule(`-m set --match-set SV${family}-G-a src -j RETURN`), rule("-j DROP")],
  });
  return ruleset(
    { sets: { "SV4-G-a": peers(...v4) }, chains: chains(4, "10.0.0.1/32", "10.0.0.2/32") },
    { sets: { "SV6-G-a": peers(...v6) }, chains: chains(6, "fd00::1/128", "fd00::2/128") },
  );
};

const before = server(80, ["10.0.1.1"], ["fd00:1::1"]);
/** The rule is for another port, and the members are others. */
const after = server(443, ["10.0.1.2"], ["fd00:1::2"]);

const namesIn = (kernel: MemoryKernel, family: "IPv4" | "IPv6"): string[] =>
  [...new Set(kernel.saveTable(family).matchAll(/SV[46]-g*G?-a/g))].map(([name]) => name);

describe("a shadow", () => {
  test.each([
    groupSet("IPv6", groupId(everyPod)),
    namedPortSet("IPv4", groupId(everyPod), { protocol: "SCTP", name: "http" }),
  ])("of %s is ours, of its family, not longer than the kernel takes, and there are two", (name) => {
    const shadows = [shadowOf(name, () => false), shadowOf(name, () => true)];
    expect(new Set([name, ...shadows]).size).toBe(3);
    for (const shadow of shadows) {
      expect(isOurSet(shadow)).toBe(true);
      expect(setFamily(shadow)).toBe(setFamily(name));
      expect(shadow.length).toBeLessThanOrEqual(31);
    }
  });

  test("is named by a rule that is another one, and ours", () => {
    const shadowed = renamed(allows(4, 80), new Map([["SV4-G-a", "SV4-g-a"]]));
    expect(shadowed).toContain(" --match-set SV4-g-a src ");
    expect(shadowed.replace("SV4-g-a", "SV4-G-a").replace(/#\w+/, "")).toBe(
      allows(4, 80).replace(/#\w+/, ""),
    );
    const identities = [allows(4, 80), allows(4, 443), shadowed].map(ruleIdentity);
    expect(new Set(identities).size).toBe(3);
    // As rules are compared that stand with those that are meant.
    expect(identities.map((each) => ruleIdentity(each ?? ""))).toEqual(identities);
    expect(renamed(allows(4, 80), new Map([["SV4-G-b", "SV4-g-b"]]))).toBe(allows(4, 80));
  });
});

describe("rules and peers that change at once", () => {
  test("take three plans: all rules with a shadow, the sets, and the rules once more that named it", () => {
    const legs = planWalk({ kind: "left", ruleset: before, stayed: [] }, after).map(({ plan }) => plan);
    expect(legs).toMatchObject([
      {
        setsBefore: [
          "create SV4-g-a hash:net family inet maxelem 1048576",
          "add SV4-g-a 10.0.1.2",
          "create SV6-g-a hash:net family inet6 maxelem 1048576",
          "add SV6-g-a fd00:1::2",
        ],
        setsAfter: [],
        destroy: [],
      },
      {
        setsBefore: ["add SV4-G-a 10.0.1.2", "add SV6-G-a fd00:1::2"],
        tables: new Map(),
        setsAfter: ["del SV4-G-a 10.0.1.1", "del SV6-G-a fd00:1::1"],
      },
      { setsBefore: [], setsAfter: [], destroy: ["SV4-g-a", "SV6-g-a"] },
    ]);
    // The other pod's chain, which does not change, is written by none of them.
    expect(
      legs.map(({ tables }) => [...(tables.get("IPv4") ?? "").matchAll(/^:(\S+)/gm)].map(([, name]) => name)),
    ).toEqual([["SV-C-server"], [], ["SV-C-server"]]);
  });

  test("take one where only one family needs more, in the other", () => {
    const half: Ruleset = { ...after, IPv6: before.IPv6 };
    const legs = planWalk({ kind: "left", ruleset: before, stayed: [] }, half);
    expect(legs.map(({ plan }) => [...plan.tables.keys()])).toEqual([["IPv4"], [], ["IPv4"]]);
  });

  test("name the other shadow where one that died left rules that name the first", () => {
    const kernel = kernelWith(before);
    const steps = stepsTo(readBack(kernel), after);
    const written = steps.findIndex(({ text }) => text.startsWith("IPv4"));
    for (const step of steps.slice(0, written + 1)) step.carryOut(kernel);
    expect(namesIn(kernel, "IPv4")).toContain("SV4-g-a");
    const again = stepsTo(readBack(kernel), server(8080, ["10.0.1.3"], ["fd00:1::3"]));
    expect(again.map(({ text }) => text)).toContain("add SV4-gg-a 10.0.1.3");
    for (const step of again) step.carryOut(kernel);
    expect(contentOf(kernel)).toEqual(contentOf(kernelWith(server(8080, ["10.0.1.3"], ["fd00:1::3"]))));
  });
});

describe("a way on which a family's rules cannot be written", () => {
  test.each([
    ["the first time", 0, ["add SV6-g-a"]],
    ["the second time", 1, ["add SV6-G-a", "add SV6-g-a", "del SV6-G-a"]],
  ] as const)(
    "%s, ends there for that family alone, and the next pass takes it to its end",
    async (_, refused, written) => {
      const memory = kernelWith(before);
      const programs = memoryExec(memory);
      let writes = -1;
      programs.disturb(({ command }) => {
        if (command !== "ip6tables-nft-restore") return undefined;
        writes += 1;
        return writes >= refused ? failure("no such module", 3) : undefined;
      });
      const kernel = new NodeKernel(iptablesBackend(programs.exec, "nft"));
      expect((await kernel.bring(after)).failures).toEqual([
        { step: "write IPv6 rules", message: "no such module" },
      ]);
      expect(memory.saveTable("IPv4")).toBe(kernelWith(after).saveTable("IPv4"));
      const lines = programs.requests.flatMap(({ input = "" }) => input.split("\n"));
      const moved = lines
        .filter((line) => /^(?:add|del) SV6/.test(line))
        .map((line) => line.split(" ", 2).join(" "));
      expect(moved.toSorted()).toEqual(written);
      programs.disturb(() => undefined);
      expect((await kernel.bring(after)).failures).toEqual([]);
      expect(contentOf(memory)).toEqual(contentOf(kernelWith(after)));
    },
  );
});
