import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { parseCidr } from "../../../src/core/cidr.ts";
import { type Family, families } from "../../../src/core/address.ts";
import { isEmptyPlan, planWrites } from "../../../src/kernel/plan.ts";
import { NFT_TABLE } from "../../../src/render/names.ts";
import { plainHost } from "../../../src/render/host.ts";
import { header } from "../../../src/render/nftables/words.ts";
import { must } from "../../support/must.ts";
import { scale } from "../../support/search-settings.ts";
import { type Damage, rounds } from "../airtight/vandal.ts";
import { casesOfEveryKind } from "../enforced.ts";
import { describeKernel } from "../support.ts";
import { nftRig, nftRulesetOf } from "./rig.ts";
import { nftDamages } from "./vandal.ts";

/** One at a time, each with a look of its own; else as many at once as do not get in each other's way. */
const isExhaustive = scale > 1;

const wanted = nftRulesetOf(
  casesOfEveryKind,
  "n1",
  { podCidrs: ["10.244.1.0/24", "fd00:10:244:1::/64"].map((block) => must(parseCidr(block))), own: [] },
  { ...plainHost, denial: "reject", bridges: ["cni0"] },
);

describeKernel("whatever a hand does to our tables of nftables", () => {
  test("is found at the next look, told by name, and put right", { timeout: 600_000 }, async () => {
    const { netns, kernel, read } = await nftRig();
    expect((await kernel.bring(wanted)).failures).toEqual([]);
    const list = (family: Family): Promise<string> =>
      netns.sh(`nft -sa list table ${header[family]} ${NFT_TABLE} || true`);
    const lists = (): Promise<string[]> => Promise.all(families.map(list));
    // Handles change whenever something is put right, so each round begins with those that stand.
    const begin = async (): Promise<readonly Damage[][]> => {
      const [IPv4 = [], IPv6 = []] = (await lists()).map((text, i) => nftDamages(text, must(families[i])));
      if (isExhaustive) return [...IPv4, ...IPv6].map((each) => [each]);
      const [some, others] = [rounds(IPv4), rounds(IPv6)];
      const longer = Math.max(some.length, others.length);
      return Array.from({ length: longer }, (_, i) => [...(some[i] ?? []), ...(others[i] ?? [])]);
    };
    const missed: string[] = [];
    let ways = 0;
    const count = (await begin()).length;
    for (let i = 0; i < count; i += 1) {
      const round = must((await begin())[i]);
      ways += round.length;
      const before = await lists();
      const line = round.map((each) => each.line).join("\n");
      const { stderr } = await netns.exec({ command: "sh", args: ["-c", line] });
      if (stderr !== "" || isDeepStrictEqual(before, await lists())) {
        missed.push(`not done: ${line}\n${stderr}`);
        continue;
      }
      await kernel.look();
      const { failures, drift } = await kernel.bring(wanted);
      if (failures.length > 0) missed.push(`${JSON.stringify(failures)}: ${line}`);
      if (!isEmptyPlan(planWrites(await read(), wanted))) missed.push(`not put right: ${line}`);
      if (drift === undefined) missed.push(`not told: ${line}`);
      const told = new Set([...(drift?.chains ?? []), ...(drift?.sets ?? [])]);
      for (const { object, line: own } of round)
        if (object !== "" && !told.has(object)) missed.push(`not told, ${object}: ${own}`);
    }
    process.stdout.write(
      `drift, nftables: ${ways} ways to change what is ours, in ${count} rounds, ${missed.length} missed\n`,
    );
    expect(missed).toEqual([]);
  });

  test("nothing is told where nothing was changed", async () => {
    const { kernel } = await nftRig();
    await kernel.bring(wanted);
    await kernel.look();
    expect(await kernel.bring(wanted)).toMatchObject({ commands: 0, plans: [], failures: [] });
    kernel.recall();
    const { drift, commands } = await kernel.bring(wanted);
    expect({ drift, commands }).toEqual({ drift: undefined, commands: 0 });
  });
});
