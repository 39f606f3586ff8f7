import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import type { Exec } from "../../../src/kernel/exec.ts";
import { isEmptyPlan } from "../../../src/kernel/plan.ts";
import {
  type SessionDoor,
  prefixSessionDoor,
  processSessionDoor,
} from "../../../src/kernel/session/session-door.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { isWrite } from "../../support/netfilter/memory-exec.ts";
import { scale } from "../../support/search-settings.ts";
import { rulesetOf } from "../../support/transition.ts";
import { backends } from "../backends.ts";
import { keptOpen } from "../kept-open.ts";
import { enforce } from "../oracle/enforce.ts";
import { NODE, Wire } from "../oracle/wire.ts";
import { rulesetFor } from "../ruleset-for.ts";
import { describeKernel } from "../support.ts";
import { endedBeforeNext } from "./ended-before-next.ts";
import type { Moment } from "./killing-exec.ts";
import { type SessionWrite, killingDoor, sessionMoments } from "./killing-door.ts";
import { contentLines, inForce, leftToWrite, readContent } from "./node-content.ts";
import { updates } from "./updates.ts";
import { type Watch, watchBetween } from "./watch.ts";

/**
 * What is written otherwise with iptables: to ipset alone; to both families' tables and ipset; to both without a set of peers. With
 * SELVEDGE_RUNS=40000 every update there is, and the tables' every line.
 */
const isThorough = scale > 1;
const asked = isThorough
  ? updates
  : updates.filter(({ name }) =>
      [
        "a peer of another node comes and goes",
        "a second policy joins: another class",
        "a policy is turned the other way round",
      ].includes(name),
    );

const TRIES = 20;

for (const { backend, name } of backends) {
  describeKernel(`tools kept open, one of them or the enforcer killed at every write (${name})`, () => {
    let wire: Wire;
    let door: SessionDoor;
    const sum = { kills: 0, looks: 0, packets: 0, wrong: 0 };
    beforeAll(async () => {
      wire = await Wire.open();
      door = prefixSessionDoor(processSessionDoor, wire.enter);
    });
    afterAll(async () => {
      await wire.close();
      process.stdout.write(
        `killed sessions, ${backend}: ${sum.kills} kills, ${sum.looks} looks, ${sum.packets} packets, ${sum.wrong} wrong\n`,
      );
    });

    const nodeKernel = (exec: Exec, through: SessionDoor): NodeKernel =>
      new NodeKernel(keptOpen(backend, exec, through, { restMs: 600_000 }));

    /** The texts that the tools are given on the way to the ruleset, and what then stands. */
    const wholly = async (wanted: Ruleset): Promise<{ writes: SessionWrite[]; content: string[] }> => {
      const writes: SessionWrite[] = [];
      const kernel = nodeKernel(wire.exec, (request) => {
        const program = door(request);
        return {
          ...program,
          write: (input) => {
            writes.push({ command: request.command, input });
            program.write(input);
          },
        };
      });
      expect(await kernel.bring(wanted)).toMatchObject({ failures: [] });
      await kernel.close();
      await enforce(wire, backend, wanted);
      return { writes, content: contentLines(await readContent(wire.exec, backend)) };
    };

    let last: Promise<unknown> = Promise.resolve();
    /** Sends packets, once for what can be met. */
    const examine = async (watch: Watch, seen: Set<string>, when: string): Promise<void> => {
      const before = last;
      const mine = Promise.withResolvers<void>();
      last = mine.promise;
      await before;
      try {
        const standing = inForce(contentLines(await readContent(wire.exec, backend)));
        if (seen.has(standing)) return;
        seen.add(standing);
        sum.looks += 1;
        sum.packets += watch.packets;
        const wrong = await watch.look();
        sum.wrong += wrong.length;
        expect(wrong, when).toEqual([]);
      } finally {
        mine.resolve();
      }
    };

    describe.each(asked)("$name", ({ from, to }) => {
      test.for(["program", "enforcer"] as const)("the %s", { timeout: 300_000 }, (victim, context) =>
        endedBeforeNext(context, async (signal) => {
          // What iptables' rules do to a packet, all of them must.
          const watch = watchBetween(wire, rulesetOf(from, NODE), rulesetOf(to, NODE));
          const [before, after] = [rulesetFor(backend, from, NODE), rulesetFor(backend, to, NODE)];
          await enforce(wire, backend, before);
          const [there, back] = [await wholly(after), await wholly(before)];
          expect(there.writes.length).toBeGreaterThan(0);

          const killAt = async (moment: Moment, wanted: Ruleset, way: typeof there, seen: Set<string>) => {
            const text = JSON.stringify(way.writes[moment.write]);
            const when = `${victim} killed ${JSON.stringify(moment)} of ${text}`;
            const look: Exec = async (request) => {
              const result = await wire.exec(request);
              if (isWrite(request)) await examine(watch, seen, `${when}, then ${request.command}`);
              return result;
            };
            const killing = killingDoor(door, look, victim, moment);
            const first = nodeKernel(killing.exec, killing.door);
            const bringing = first.bring(wanted);
            if (victim === "enforcer") {
              await Promise.race([
                killing.dead,
                bringing.then(() => expect.unreachable(`${when}: it lived`)),
              ]);
            } else {
              // It may be killed after all else was done, and be missed by the next only.
              await Promise.all([killing.dead, bringing]);
              await first.close();
            }
            sum.kills += 1;
            await examine(watch, seen, when);
            // Whoever comes next, or the same at its next look.
            const next = victim === "enforcer" ? nodeKernel(look, door) : first;
            let standing = await readContent(wire.exec, backend);
            for (let tries = 1; ; tries += 1) {
              next.recall();
              const { failures } = await next.bring(wanted);
              // A set that rules named until now the kernel may hold for a moment; everything else is to be there at once.
              const others = failures.filter(({ step }) => !step.startsWith("destroy "));
              expect(others, when).toEqual([]);
              standing = await readContent(wire.exec, backend);
              const left = leftToWrite(standing, wanted);
              expect(isEmptyPlan({ ...left, destroy: [] }), when).toBe(true);
              if (left.destroy.length === 0) break;
              expect(tries, when).toBeLessThan(TRIES);
            }
            await next.close();
            expect(contentLines(standing), when).toEqual(way.content);
            expect(isEmptyPlan(leftToWrite(standing, wanted)), when).toBe(true);
          };

          const momentsOf = ({ writes }: typeof there): Moment[] =>
            sessionMoments(writes, isThorough ? "every line" : "one line");
          const moments = [momentsOf(there), momentsOf(back)] as const;
          const seen = [new Set<string>(), new Set<string>()] as const;
          for (let i = 0; i < Math.max(moments[0].length, moments[1].length); i += 1) {
            signal.throwIfAborted();
            const [forth, home] = moments.map((list) => list[i % list.length]);
            if (forth !== undefined) await killAt(forth, after, there, seen[0]);
            if (home !== undefined) await killAt(home, before, back, seen[1]);
          }
        }),
      );
    });
  });
}
