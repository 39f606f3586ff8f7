import { expect, test } from "vitest";
import { isEmptyPlan, planWrites } from "../../../src/kernel/plan.ts";
import { BLOCKS, MEMBERS, crowd, withoutOne } from "../failures/crowd.ts";
import { describeKernel } from "../support.ts";
import { nftRig, nftRulesetOf } from "./rig.ts";

/** Prints how long it took, which nothing is asked of here. */
async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  process.stdout.write(`nftables, sizes: ${what}: ${Math.round(performance.now() - began)} ms\n`);
  return result;
}

describeKernel("sizes (nftables)", () => {
  test(
    "100,000 members of a group, 10,000 blocks of a policy, 500 pods of a node, and the longest names",
    { timeout: 300_000 },
    async () => {
      const rig = await nftRig();
      const wanted = nftRulesetOf(crowd(), "n1");
      const sizes = [...wanted.IPv4.sets.values()].map(({ entries }) => entries.size);
      expect(Math.max(...sizes)).toBeGreaterThanOrEqual(MEMBERS);
      expect(sizes).toContain(BLOCKS);
      expect(await timed("written", () => rig.kernel.bring(wanted))).toMatchObject({
        commands: 1,
        failures: [],
      });
      const standing = await timed("read", () => rig.read());
      expect(isEmptyPlan(planWrites(standing, wanted))).toBe(true);
      expect(await rig.another().bring(wanted)).toMatchObject({ commands: 0, failures: [] });

      const fewer = withoutOne(wanted);
      const outcome = await timed("one member gone", () => rig.kernel.bring(fewer));
      expect(outcome).toMatchObject({
        commands: 1,
        failures: [],
        plans: [{ tables: new Map(), setsBefore: [], setsAfter: [expect.any(String)], destroy: [] }],
      });
      expect(isEmptyPlan(planWrites(await rig.read(), fewer))).toBe(true);
    },
  );
});
