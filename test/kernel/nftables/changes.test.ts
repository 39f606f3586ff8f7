import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseCidr } from "../../../src/core/cidr.ts";
import type { GateScope } from "../../../src/core/start-gate.ts";
import type { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import { planWrites } from "../../../src/kernel/plan.ts";
import { type Host, plainHost } from "../../../src/render/host.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { must } from "../../support/must.ts";
import { SEARCH_TIMEOUT, foundWrong, scale, seedOf } from "../../support/search-settings.ts";
import { upheavalArbitrary } from "../../support/upheaval-arbitrary.ts";
import { describeKernel } from "../support.ts";
import { type NftRig, isWrite, nftRig, nftRulesetOf } from "./rig.ts";

const NOTHING = {
  setsBefore: [],
  tables: new Map(),
  answers: new Map(),
  setsAfter: [],
  destroy: [],
};

const scopes: fc.Arbitrary<GateScope | undefined> = fc.option(
  fc.record({
    podCidrs: fc
      .subarray(["10.0.0.0/30", "10.0.1.0/24", "fd00::/64"], { minLength: 1 })
      .map((blocks) => blocks.map((block) => must(parseCidr(block)))),
    own: fc.constant([]),
  }),
  { nil: undefined },
);

const hosts: fc.Arbitrary<Host> = fc
  .record({
    denial: fc.constantFrom("drop" as const, "reject" as const),
    bridges: fc.subarray(["cni0", "br-1"]),
  })
  .map((host) => ({ ...plainHost, ...host }));

/** Two rulesets that follow each other on a node. */
const changes: fc.Arbitrary<readonly [Ruleset, Ruleset]> = fc
  .tuple(upheavalArbitrary, scopes, scopes, hosts, hosts)
  .map(([{ before, after }, scope, nextScope, host, nextHost]) => [
    nftRulesetOf(before, "n1", scope, host),
    nftRulesetOf(after, "n1", nextScope, nextHost),
  ]);

/** Has the kernel hold this, and sees that it does, and that whoever comes next finds nothing to write. */
async function bring(rig: NftRig, kernel: NodeKernel, wanted: Ruleset): Promise<number> {
  const { commands, failures, sessionTrouble } = await kernel.bring(wanted);
  expect({ failures, sessionTrouble }).toEqual({ failures: [], sessionTrouble: undefined });
  const standing = await rig.read();
  expect(planWrites(standing, wanted)).toEqual(NOTHING);
  expect(await rig.readSets()).toEqual(standing.sets);
  expect(await rig.another().bring(wanted)).toMatchObject({ plans: [], commands: 0, failures: [] });
  return commands;
}

describeKernel("what is written to nftables", () => {
  test.each(["a process each", "nft kept open"] as const)(
    "stands, whatever changes into whatever, and is found by who comes next: %s",
    { timeout: SEARCH_TIMEOUT },
    async (way) => {
      const rig = await nftRig();
      let commands = 0;
      const property = fc.asyncProperty(changes, async ([before, after]) => {
        // It reads what the case before left, and then believes in what it left itself.
        const kernel = way === "nft kept open" ? rig.keeping() : rig.another();
        commands += await bring(rig, kernel, before);
        commands += await bring(rig, kernel, after);
        await kernel.close();
      });
      const result = await fc.check(property, { seed: seedOf(), numRuns: Math.ceil(15 * scale) });
      if (result.failed) throw foundWrong(`changes of nftables, ${way}`, result);
      const processes = rig.ran.filter(isWrite).length;
      process.stdout.write(`changes of nftables, ${way}: ${commands} writes, ${processes} by processes\n`);
      // Kept open, only what is too long for a line goes by a process.
      expect(way === "nft kept open" ? processes < commands : processes === commands).toBe(true);
    },
  );
});
