import { expect, onTestFinished, test } from "vitest";
import type { Exec } from "../../../src/kernel/exec.ts";
import { tryNftRefusal, tryNftables } from "../../../src/kernel/nftables/trials.ts";
import { type OwnNetns, ownNetns } from "../own-netns.ts";
import { describeKernel } from "../support.ts";

/** A kernel without one expression: what is asked of nft asks for another that it does not have. */
const lacking =
  ({ exec }: OwnNetns, expression: string): Exec =>
  (request) =>
    exec({ ...request, input: (request.input ?? "").replaceAll(expression, "no-such-thing") });

describeKernel("what nftables needs", () => {
  test("is taken by this kernel, and nothing of it is written", async () => {
    const netns = await ownNetns();
    onTestFinished(() => netns.remove());
    const tried = [...(await tryNftables(netns.exec)), ...(await tryNftRefusal(netns.exec))];
    expect(tried.filter(({ refused }) => refused !== undefined)).toEqual([]);
    expect(new Set(tried.map(({ feature }) => feature)).size).toBe(tried.length);
    expect(await netns.sh("nft list ruleset")).toBe("");
  });

  test.each([
    ["fib saddr type", ["fib", "fib of IPv6"]],
    ["limit rate", ["limit"]],
    ["flags interval", ["sets of intervals"]],
    ["saddr : verdict", ["maps to verdicts"]],
    ["th dport : verdict", ["maps of addresses with ports to verdicts"]],
  ])("is told by name where it is missing: %s", async (expression, features) => {
    const netns = await ownNetns();
    onTestFinished(() => netns.remove());
    const refused = (await tryNftables(lacking(netns, expression))).filter(
      (each) => each.refused !== undefined,
    );
    expect(refused.map(({ feature }) => feature)).toEqual(features);
    for (const each of refused) expect(each.refused).toMatch(/^\S.*\S$/);
  });

  test("is asked of the kernel itself, not of nft alone", async () => {
    const netns = await ownNetns();
    onTestFinished(() => netns.remove());
    // nft knows it; the kernel has no such chain type at this hook.
    const asked: Exec = (request) =>
      netns.exec({ ...request, input: (request.input ?? "").replace("type filter hook", "type nat hook") });
    const refused = (await tryNftables(asked)).filter((each) => each.refused !== undefined);
    expect(refused.map(({ feature, refused: said }) => `${feature}: ${said}`)).toEqual([
      expect.stringMatching(/^base chains: .*Could not process rule/),
      expect.stringMatching(/^tables of IPv6: .*Could not process rule/),
    ]);
  });
});
