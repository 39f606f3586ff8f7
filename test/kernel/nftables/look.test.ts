import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Drift } from "../../../src/kernel/drift.ts";
import { isEmptyPlan, planWrites } from "../../../src/kernel/plan.ts";
import { describeKernel } from "../support.ts";
import { nftRule, nftRuleset, setOfType } from "../unit/nft-rulesets.ts";
import { nftRig } from "./rig.ts";

const judge = (set: string): string => nftRule(`ip saddr @${set} counter return`);

/** A chain and its set that stay, and one of each that are written to: of their own, as a set is made anew that changes with its rules. */
const wantedOf = (round: number) =>
  nftRuleset({
    sets: {
      "SV4-G-calm": setOfType("hash:ip", "10.0.0.1"),
      "SV4-G-busy": setOfType("hash:ip", "10.0.1.1", `10.0.2.${round % 200}`),
      "SV4-verdicts-ingress": setOfType("verdicts", "10.244.1.1 : goto SV-C-calm"),
    },
    chains: {
      "SV-C-calm": [judge("SV4-G-calm"), nftRule("counter drop")],
      "SV-C-looking": [judge("SV4-G-busy"), nftRule("counter drop")],
      "SV-C-busy": [nftRule("counter drop", `${round}`)],
    },
  });

describeKernel("a look at nftables beside writes that go on", () => {
  test.each([
    ["a rule", "add rule ip selvedge SV-C-calm accept", { chains: ["IPv4 SV-C-calm"], sets: [] }],
    ["a chain", "add chain ip selvedge theirs", { chains: ["IPv4 theirs"], sets: [] }],
    ["a set", "add element ip selvedge SV4-G-calm { 10.9.9.9 }", { chains: [], sets: ["SV4-G-calm"] }],
    [
      "a set that is written to",
      "delete element ip selvedge SV4-G-busy { 10.0.1.1 }",
      { chains: [], sets: ["SV4-G-busy"] },
    ],
    [
      "a map",
      "delete element ip selvedge SV4-verdicts-ingress { 10.244.1.1 }",
      { chains: [], sets: ["SV4-verdicts-ingress"] },
    ],
  ] as const)(
    "finds %s that others changed, and nothing else",
    { timeout: 60_000 },
    async (_, line, told) => {
      const rig = await nftRig();
      const kernel = rig.keeping();
      let round = 0;
      const drifts: Drift[] = [];
      const write = async (): Promise<void> => {
        round += 1;
        const { drift, failures } = await kernel.bring(wantedOf(round));
        expect(failures).toEqual([]);
        if (drift !== undefined) drifts.push(drift);
      };
      /** Writes for as long as it takes. */
      const during = async (work: Promise<void>): Promise<void> => {
        const done = new AbortController();
        const working = work.finally(() => done.abort());
        while (!done.signal.aborted) {
          await write();
          // nft begins to read anew at each write that it meets.
          await sleep(200);
        }
        await working;
      };
      await write();
      await during(kernel.look());
      await write();
      expect(drifts).toEqual([]);
      await rig.netns.sh("nft -f -", `${line}\n`);
      for (let looks = 0; looks < 20 && drifts.length === 0; looks += 1) {
        await during(kernel.look());
        await write();
      }
      expect(drifts).toEqual([told]);
      expect(isEmptyPlan(planWrites(await rig.read(), wantedOf(round)))).toBe(true);
    },
  );
});
