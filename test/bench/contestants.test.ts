import { spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  kubeRouterByLayout,
  noPolicy,
  selvedge,
  selvedgeByNftables,
  weaveNpcByLayout,
} from "../../bench/datapath/contestants.ts";
import { compileGenerator } from "../../bench/datapath/generator.ts";
import { iptablesCuts, nftablesCuts } from "../../bench/datapath/apart/stages.ts";
import { type Rig, buildRig, burst, kinds, writeFlows } from "../../bench/datapath/rig.ts";
import { type Scenario, scenario } from "../../bench/datapath/scenario.ts";
import { families } from "../../src/core/address.ts";
import { compile } from "../../src/core/compile.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { nodeProgram } from "../../src/core/node-program.ts";
import { iptablesLayout } from "../../src/render/iptables.ts";
import { nftablesLayout } from "../../src/render/nftables/nftables.ts";
import { render } from "../../src/render/render.ts";
import type { FamilyRuleset } from "../../src/render/ruleset.ts";
import { type Lab, createLab } from "../../src/lab/lab.ts";
import { nodeAddressing } from "../../src/lab/addressing.ts";
import { teardown } from "../../src/lab/teardown.ts";
import { must } from "../support/must.ts";
import { describeKernel } from "../kernel/support.ts";

const CONTESTANTS = [noPolicy, selvedge, selvedgeByNftables, kubeRouterByLayout, weaveNpcByLayout];
const LAB = "benchtest";

describe("what the bench sends", () => {
  it("is different flows, between pods that policies isolate, whatever the size", () => {
    for (const pods of [2, 10, 100, 250])
      for (const policies of [2, 10, 100, 1000])
        for (const family of families) {
          const flows = scenario({ pods, policies }, nodeAddressing(1)).flows(family);
          expect(flows.length).toBeGreaterThan(0);
          expect(new Set(flows.map((flow) => JSON.stringify(flow))).size).toBe(flows.length);
          expect(flows.filter(({ source, destination }) => source === destination)).toEqual([]);
        }
  });
});

describe.each([
  {
    name: "iptables",
    layout: iptablesLayout,
    cuts: iptablesCuts,
    entrance: "SELVEDGE-FORWARD",
    asks: /--match-set.* -j RETURN$/,
    comment: "--comment",
  },
  {
    name: "nftables",
    layout: nftablesLayout,
    cuts: nftablesCuts,
    entrance: "SV-FORWARD",
    asks: / @\S+ counter return/,
    comment: " comment ",
  },
])("our rules, taken apart: $name", ({ layout, cuts, entrance, asks, comment }) => {
  const node = nodeAddressing(1);
  const whole = ((): FamilyRuleset => {
    const { cluster, pods } = scenario({ pods: 20, policies: 260 }, node);
    return render(layout, nodeProgram(compile(cluster), must(must(pods[0]).node), livePods(pods))).IPv4;
  })();
  const countOf = ({ chains }: FamilyRuleset, isIt: (rule: string) => boolean): number =>
    [...chains.values()].flat().filter(isIt).length;
  const parts = cuts.map(({ name, cut }) => [name, cut(whole)] as const);

  it.each(parts)("stand by the same hooks: %s", (_, part) => {
    expect(part.hooks).toEqual(whole.hooks);
    expect(part.sets).toEqual(whole.sets);
  });

  it("become more from stage to stage, and everything is everything", () => {
    const [hook, before, ways, ports, all, plain] = parts.map(([, part]) => part);
    const first = (part: FamilyRuleset | undefined) => must(must(part).chains.get(entrance)).length;
    expect([first(hook), first(before), first(ways)]).toEqual([0, first(whole) - 2, first(whole)]);
    const isAsking = (rule: string): boolean => asks.test(rule);
    expect(countOf(whole, isAsking)).toBeGreaterThan(0);
    expect([ways, ports].map((part) => countOf(must(part), isAsking))).toEqual([0, 0]);
    const limits = (rule: string): boolean => /dport \d/.test(rule);
    expect(countOf(must(ways), limits)).toBe(0);
    expect(countOf(must(ports), limits)).toBe(countOf(whole, limits));
    expect(countOf(whole, limits)).toBeGreaterThan(0);
    const isSelf = (rule: string): boolean => rule.includes("a pod to itself");
    const selfRules = ({ chains }: FamilyRuleset): string[] => [...chains.values()].flat().filter(isSelf);
    expect(selfRules(must(ports))).toEqual(selfRules(whole));
    expect(all).toEqual(whole);
    expect(countOf(must(plain), (rule) => rule.includes(comment))).toBe(0);
    expect(countOf(must(plain), () => true)).toBe(countOf(whole, () => true));
  });
});

const hasCompiler = spawnSync("cc", ["--version"]).status === 0;

function describeBench(name: string, body: () => void): void {
  if (hasCompiler) describeKernel(name, body);
  else describe.skip(`${name} [skipped: needs cc, the bench's own]`, body);
}

describeBench("those whom the bench compares", () => {
  let lab: Lab;
  let generator: Awaited<ReturnType<typeof compileGenerator>>;
  const rigs = new Map<string, { readonly rig: Rig; readonly at: Scenario }>();

  beforeAll(async () => {
    generator = await compileGenerator();
    lab = await createLab({ name: LAB, nodes: CONTESTANTS.length, backend: "nft" });
    for (const [i, contestant] of CONTESTANTS.entries()) {
      const node = must(lab.nodes[i], contestant.name);
      const at = scenario({ pods: 20, policies: 260 }, node);
      const rig = await buildRig(node);
      await contestant.enforce(node, "nft", at, families);
      rigs.set(contestant.name, { rig, at });
    }
  });

  afterAll(async () => {
    await teardown(LAB);
    await rm(generator.dir, { recursive: true });
  });

  for (const contestant of CONTESTANTS)
    for (const family of contestant.families)
      it(`let pass what policies allow, and nothing else: ${contestant.name}, ${family}`, async () => {
        const { rig, at } = must(rigs.get(contestant.name), contestant.name);
        const flows = at.flows(family);
        await writeFlows(rig, family, flows);
        for (const kind of kinds) {
          const { sent, arrived } = await burst(rig, generator.program, kind, family);
          expect(arrived).toBe(sent);
        }
        await writeFlows(
          rig,
          family,
          flows.map((flow) => ({ ...flow, port: 9 })),
        );
        const { sent, arrived } = await burst(rig, generator.program, "new", family);
        expect(sent).toBeGreaterThan(0);
        expect(arrived).toBe(contestant === noPolicy ? sent : 0);
      });
});
