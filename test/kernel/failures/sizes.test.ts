import { expect, onTestFinished, test } from "vitest";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import { iptablesBackend } from "../../../src/kernel/iptables-backend.ts";
import type { Exec } from "../../../src/kernel/exec.ts";
import { isEmptyPlan, planWrites } from "../../../src/kernel/plan.ts";
import { readKernel } from "../../../src/kernel/read.ts";
import { KernelSessions } from "../../../src/kernel/session/kernel-sessions.ts";
import { prefixSessionDoor, processSessionDoor } from "../../../src/kernel/session/session-door.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { isWrite } from "../../support/netfilter/memory-exec.ts";
import { rulesetOf } from "../../support/transition.ts";
import { ownNetns } from "../own-netns.ts";
import { describeKernel } from "../support.ts";
import { BLOCKS, MEMBERS, crowd, withoutOne } from "./crowd.ts";

let made: Ruleset | undefined;

for (const variant of ["nft", "legacy"] as const) {
  describeKernel(`sizes (iptables-${variant})`, () => {
    test(
      "100,000 members of a group, 10,000 blocks of a policy, 500 pods of a node, and the longest names",
      { timeout: 300_000 },
      async () => {
        const netns = await ownNetns();
        let writes = 0;
        const exec: Exec = (request) => {
          if (isWrite(request)) writes += 1;
          return netns.exec(request);
        };
        const kernel = (): NodeKernel => {
          const door = prefixSessionDoor(processSessionDoor, netns.enter);
          const node = new NodeKernel(iptablesBackend(exec, variant, new KernelSessions(door, variant)));
          onTestFinished(() => node.close());
          return node;
        };
        onTestFinished(() => netns.remove());
        const wanted = (made ??= rulesetOf(crowd(), "n1"));
        const biggest = Math.max(...[...wanted.IPv4.sets.values()].map(({ entries }) => entries.size));
        expect(biggest).toBeGreaterThanOrEqual(MEMBERS);
        expect([...wanted.IPv4.sets.values()].some(({ entries }) => entries.size === BLOCKS)).toBe(true);

        const first = kernel();
        expect(await first.bring(wanted)).toMatchObject({ failures: [] });
        expect(isEmptyPlan(planWrites(await readKernel(netns.exec, variant), wanted))).toBe(true);

        writes = 0;
        const restarted = kernel();
        expect(await restarted.bring(wanted)).toMatchObject({ commands: 0, failures: [] });
        expect(writes).toBe(0);

        const fewer = withoutOne(wanted);
        const { plans, commands, failures } = await restarted.bring(fewer);
        expect(failures).toEqual([]);
        expect(plans).toMatchObject([
          { tables: new Map(), setsBefore: [], setsAfter: [expect.any(String)], destroy: [] },
        ]);
        expect([commands, writes]).toEqual([1, 0]);
        expect(isEmptyPlan(planWrites(await readKernel(netns.exec, variant), fewer))).toBe(true);
      },
    );
  });
}
