import { expect, test } from "vitest";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import { iptablesBackend } from "../../../src/kernel/iptables-backend.ts";
import type { Exec } from "../../../src/kernel/exec.ts";
import { isWrite, memoryExec } from "../../support/netfilter/memory-exec.ts";
import { MemoryKernel } from "../../support/netfilter/memory-kernel.ts";
import { peers, rule, ruleset } from "./rulesets.ts";

const wanted = (revision: string) =>
  ruleset({
    sets: { "SV4-G-a": peers("10.0.0.1") },
    chains: {
      "SV-C-a": [
        rule("-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN"),
        rule("-p tcp -m tcp --dport 80 -m set --match-set SV4-G-a src -j RETURN", revision),
      ],
    },
  });

/** A node whose iptables-save has words of its own for some of our options. */
function foreign(reword: (saved: string) => string) {
  const memory = new MemoryKernel();
  const programs = memoryExec(memory);
  const exec: Exec = async (request) => {
    // A tool reads its own words as well as ours.
    const input = request.input?.replaceAll("--src-type local", "--src-type LOCAL") ?? "";
    const result = await programs.exec({ ...request, input });
    return request.command.endsWith("-save") ? { ...result, stdout: reword(result.stdout) } : result;
  };
  const kernel = new NodeKernel(iptablesBackend(exec, "nft"));
  return {
    memory,
    kernel: () => new NodeKernel(iptablesBackend(exec, "nft")),
    /** What the next look finds changed, and how many writes it makes. */
    look: async (revision: string) => {
      kernel.recall();
      programs.requests.splice(0);
      const { drift, failures } = await kernel.bring(wanted(revision));
      expect(failures).toEqual([]);
      return { drift, writes: programs.requests.filter(isWrite).length };
    },
  };
}

const otherWords = (saved: string): string =>
  saved.replaceAll("--ctstate RELATED,ESTABLISHED", "--ctstate ESTABLISHED,RELATED");
const otherHook = (saved: string): string => saved.replaceAll("! --src-type LOCAL", "! --src-type local");

const quiet = { drift: undefined, writes: 0 };

test.each([
  ["a match", otherWords, 1],
  // Both families have hooks.
  ["a hook", otherHook, 2],
])(
  "a tool that words %s otherwise is learnt from: what it says after our own write is the rule, written twice and no more",
  async (_, reword, families) => {
    const { look } = foreign(reword);
    await look("1");
    expect(await look("1")).toEqual({ drift: undefined, writes: families });
    expect(await look("1")).toEqual(quiet);
    expect(await look("1")).toEqual(quiet);
  },
);

test("whoever changes a rule under its own comment is found, in the tool's words as in ours", async () => {
  const { look, memory } = foreign(otherWords);
  for (let i = 0; i < 3; i += 1) await look("1");
  for (const [from, to] of [
    ["RELATED,ESTABLISHED", "RELATED,ESTABLISHED,NEW"],
    ["--dport 80 ", "--dport 81 "],
    ["-p tcp -m ", "-s 0.0.0.0/1 -p tcp -m "],
  ] as const) {
    const saved = memory.saveTable("IPv4");
    const altered = saved.replace(from, to);
    expect(altered).not.toBe(saved);
    const lines = altered.split("\n").filter((line) => line.startsWith("-A SV-C-a"));
    memory.restoreTable("IPv4", ["*mangle", ":SV-C-a - [0:0]", ...lines, "COMMIT"].join("\n"));
    expect(await look("1"), to).toEqual({ drift: { chains: ["IPv4 SV-C-a"], sets: [] }, writes: 1 });
    expect(memory.saveTable("IPv4")).toBe(saved);
    expect(await look("1")).toEqual(quiet);
  }
});

test("an enforcer that comes later trusts no wording that it has not seen written: one more write, then none", async () => {
  const { kernel, look } = foreign(otherWords);
  await look("1");
  const next = kernel();
  expect((await next.bring(wanted("1"))).plans.map(({ tables }) => tables.size)).toEqual([1]);
  next.recall();
  expect(await next.bring(wanted("1"))).toMatchObject({ commands: 0, failures: [] });
});

test("words of rules that are gone are forgotten, those of rules that stay are not", async () => {
  const { look } = foreign((saved) => otherWords(saved).replaceAll("--dport 80", "--dport http"));
  await look("1");
  await look("1");
  for (const revision of ["2", "3", "4"]) {
    await look(revision);
    expect(await look(revision)).toEqual({ drift: undefined, writes: 1 });
    expect(await look(revision)).toEqual(quiet);
  }
});
