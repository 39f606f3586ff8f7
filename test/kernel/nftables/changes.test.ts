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
import { type NftRig, nftRig, nftRulesetOf } from "./rig.ts";

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
async function bring(rig: NftRig, kernel: NodeKernel, wanted: Ruleset): Promise<void> {
  expect((await kernel.bring(wanted)).failures).toEqual([]);
  expect(planWrites(await rig.read(), wanted)).toEqual(NOTHING);
  expect(await rig.another().bring(wanted)).toMatchObject({ plans: [], commands: 0, failures: [] });
}

describeKernel("what is written to nftables", () => {
  test(
    "stands, whatever changes into whatever, and is found by who comes next",
    {
      timeout: SEARCH_TIMEOUT,
    },
    async () => {
      const rig = await nftRig();
      const property = fc.asyncProperty(changes, async ([before, after]) => {
        // The one believes in what it left, the other reads what the case before left.
        const kernel = rig.another();
        await bring(rig, kernel, before);
        await bring(rig, kernel, after);
      });
      const result = await fc.check(property, { seed: seedOf(), numRuns: Math.ceil(40 * scale) });
      if (result.failed) throw foundWrong("changes of nftables", result);
    },
  );
});
