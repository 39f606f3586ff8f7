import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import type { Exec, ExecRequest } from "../../../src/kernel/exec.ts";
import type { Cluster } from "../../../src/core/compile.ts";
import { isEmptyPlan } from "../../../src/kernel/plan.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { must } from "../../support/must.ts";
import { isWrite } from "../../support/netfilter/memory-exec.ts";
import { cluster } from "../../support/scenario.ts";
import { rulesetOf } from "../../support/transition.ts";
import { backendOf } from "../backend-of.ts";
import { backends } from "../backends.ts";
import { enforce } from "../oracle/enforce.ts";
import { rulesetFor } from "../ruleset-for.ts";
import { NODE, Wire } from "../oracle/wire.ts";
import { describeKernel } from "../support.ts";
import { endedBeforeNext } from "./ended-before-next.ts";
import { type Moment, killingExec, momentText, momentsOf } from "./killing-exec.ts";
import { type NodeContent, contentLines, inForce, leftToWrite, readContent } from "./node-content.ts";
import { leaveOrphans } from "./leftovers.ts";
import { firstStart, updates } from "./updates.ts";
import { type Watch, watchBetween } from "./watch.ts";
import { wipe } from "./wipe.ts";

/** How often a set is tried again that the kernel still holds for a moment after its last rule. */
const TRIES = 20;

const NOTHING = cluster([]);

for (const { backend, name } of backends) {
  describeKernel(`an enforcer that is killed at every step of an apply (${name})`, () => {
    let wire: Wire;
    beforeAll(async () => {
      wire = await Wire.open();
    });
    afterAll(() => wire.close());

    const sum = { kills: 0, looks: 0, packets: 0, wrong: 0 };
    const began = performance.now();
    afterAll(() => {
      const seconds = Math.round((performance.now() - began) / 1000);
      process.stdout.write(
        `killed, ${backend}: ${sum.kills} kills, ${sum.looks} looks between writes, ${sum.packets} packets, ${sum.wrong} wrong, ${seconds} s\n`,
      );
    });

    /** What iptables' rules do to a packet, all of them must. */
    const watched = (from: Cluster, to: Cluster): Watch =>
      watchBetween(wire, rulesetOf(from, NODE), rulesetOf(to, NODE));

    /** The writes that lead from what stands to the ruleset, and what then stands. */
    const wholly = async (wanted: Ruleset): Promise<{ writes: ExecRequest[]; content: string[] }> => {
      const writes: ExecRequest[] = [];
      const recording: Exec = (request) => {
        if (isWrite(request)) writes.push(request);
        return wire.exec(request);
      };
      await new NodeKernel(backendOf(backend, recording)).bring(wanted);
      await enforce(wire, backend, wanted);
      return { writes, content: contentLines(await readContent(wire.exec, backend)) };
    };

    // Both families are written at once; packets are sent for one of them at a time.
    let last: Promise<unknown> = Promise.resolve();
    const examine = async (watch: Watch, when: string): Promise<void> => {
      const mine = Promise.withResolvers<void>();
      const before = last;
      last = mine.promise;
      await before;
      sum.looks += 1;
      sum.packets += watch.packets;
      const wrong = await watch.look().finally(mine.resolve);
      sum.wrong += wrong.length;
      expect(wrong, when).toEqual([]);
    };

    /** A fresh enforcer, and what packets meet after each of its writes. */
    const recover = async (wanted: Ruleset, look: (when: string) => Promise<void>): Promise<void> => {
      const looking: Exec = async (request) => {
        const result = await wire.exec(request);
        if (isWrite(request)) await look(`after ${request.command} of the enforcer that came next`);
        return result;
      };
      for (let tries = 1; ; tries += 1) {
        const { failures } = await new NodeKernel(backendOf(backend, looking)).bring(wanted);
        if (failures.length === 0) return;
        const isOnlyDestroying = failures.every(({ step }) => step.startsWith("destroy "));
        expect(isOnlyDestroying && tries < TRIES, JSON.stringify(failures)).toBe(true);
      }
    };

    interface Kill {
      readonly moment: Moment;
      readonly writes: readonly ExecRequest[];
      readonly wanted: Ruleset;
      readonly content: readonly string[];
      readonly watch: Watch;
      /** What packets have been sent through already, on this way. */
      readonly seen: Set<string>;
    }

    const killAt = async ({ moment, writes, wanted, content, watch, seen }: Kill): Promise<void> => {
      const when = `killed ${momentText(moment, writes)}`;
      const { exec, dead } = killingExec(wire.exec, moment);
      const lived = new NodeKernel(backendOf(backend, exec)).bring(wanted).then(({ plans }) => {
        throw new Error(`${when}: it lived; ${JSON.stringify(plans)}`);
      });
      await Promise.race([dead, lived]);
      sum.kills += 1;
      const left = inForce(contentLines(await readContent(wire.exec, backend)));
      const isNew = !seen.has(left);
      seen.add(left);
      if (isNew) await examine(watch, when);
      await recover(wanted, async (then) => {
        if (isNew) await examine(watch, `${when}, ${then}`);
      });
      const standing: NodeContent = await readContent(wire.exec, backend);
      expect(isEmptyPlan(leftToWrite(standing, wanted)), when).toBe(true);
      expect(contentLines(standing), when).toEqual(content);
    };

    describe.each(updates)("$name", ({ from, to }) => {
      test(
        "leaves nothing behind, lets nothing through and cuts nothing off",
        { timeout: 300_000 },
        (context) =>
          endedBeforeNext(context, async (signal) => {
            const watch = watched(from, to);
            const [before, after] = [rulesetFor(backend, from, NODE), rulesetFor(backend, to, NODE)];
            await wipe(wire.exec, backend);
            await wholly(before);
            const there = { ...(await wholly(after)), wanted: after, seen: new Set<string>(), watch };
            const back = { ...(await wholly(before)), wanted: before, seen: new Set<string>(), watch };
            expect(there.writes.length).toBeGreaterThan(0);
            const moments = [momentsOf(there.writes), momentsOf(back.writes)] as const;
            for (let i = 0; i < Math.max(moments[0].length, moments[1].length); i += 1) {
              signal.throwIfAborted();
              await killAt({ ...there, moment: must(moments[0][i % moments[0].length]) });
              await killAt({ ...back, moment: must(moments[1][i % moments[1].length]) });
            }
          }),
      );
    });

    test.for([
      { name: "the first start, in an empty kernel", begin: () => wipe(wire.exec, backend) },
      {
        name: "a start among leftovers",
        begin: async () => {
          await wipe(wire.exec, backend);
          await leaveOrphans(wire.exec, backend);
        },
      },
    ])("$name", { timeout: 300_000 }, ({ begin }, context) =>
      endedBeforeNext(context, async (signal) => {
        const wanted = rulesetFor(backend, firstStart, NODE);
        await begin();
        const made = await wholly(wanted);
        const watch = watched(NOTHING, firstStart);
        const seen = new Set<string>();
        for (const moment of momentsOf(made.writes)) {
          signal.throwIfAborted();
          await begin();
          await killAt({ ...made, wanted, watch, seen, moment });
        }
      }),
    );
  });
}
