import { afterAll, beforeAll, expect, it } from "vitest";
import { startEnforcer } from "../../../src/lab/cluster/enforcers.ts";
import { apply } from "../../../src/lab/cluster/objects.ts";
import type { StreamWay } from "../../../src/lab/prober/stream.ts";
import { SEARCH_TIMEOUT, scale, seedOf } from "../../support/search-settings.ts";
import { must } from "../../support/must.ts";
import { networkPolicy } from "../enforcer/playground.ts";
import { backends } from "../backends.ts";
import { describeKernel } from "../support.ts";
import { breach } from "./breach.ts";
import { type ChurnRig, WARM_UP, churnRig, dueAmong, talkers } from "./churn-rig.ts";
import { detoursIn } from "./detours.ts";
import { dice } from "./dice.ts";
import { type Due, balance } from "./ledger.ts";
import { randomUpdate } from "./random-update.ts";

/** 1,000 with SELVEDGE_RUNS=40000. */
const UPDATES = Math.ceil(50 * scale);

/** Whoever makes a breach may undo it, or the enforcer may, before a busy machine sends a packet through it: then it is made again. */
const BREACHES = 20;

for (const { backend, name: told } of backends) {
  describeKernel(`random updates under traffic (${told})`, () => {
    let rig: ChurnRig;
    let logFile: string;
    beforeAll(async () => {
      rig = await churnRig(`stir${backend}`, backend);
      ({ logFile } = await startEnforcer(rig.node, backend, ["--start-gate", "off"]));
    });
    afterAll(() => rig.close());

    it(
      "let nothing through that is denied before and after, and drop nothing that is allowed",
      { timeout: SEARCH_TIMEOUT * 3 },
      async () => {
        const seed = seedOf();
        const { below, oneOf } = dice(seed);
        const due = new Map<number, (way: StreamWay) => Due>();
        const words = new Map<number, string>();
        let stage = await rig.stage();
        await rig.enforced(stage);
        await rig.warmUp(stage);
        const began = performance.now();
        for (let i = 1; i <= UPDATES; i += 1) {
          const [steady, changing] = [2 * i, 2 * i + 1];
          due.set(steady, dueAmong([stage]));
          await rig.stream.window(steady);
          const update = randomUpdate({ below, oneOf }, talkers);
          words.set(steady, `before ${update.text}`).set(changing, update.text);
          await rig.stream.window(changing);
          await update.carryOut(rig.cluster.control.client);
          const next = await rig.stage();
          await rig.enforced(next);
          due.set(changing, dueAmong([stage, next]));
          stage = next;
        }
        const seconds = (performance.now() - began) / 1000;
        await rig.stream.silence();
        const { sent, leaks, drops, excused, wrong } = balance(
          rig.stream.counts().filter(({ window }) => window !== WARM_UP),
          (window, way) => must(due.get(window))(way),
          (window) => must(words.get(window)),
        );
        process.stdout.write(
          `churn, ${backend}: ${UPDATES} updates, ${sent} packets, ${Math.round(sent / seconds)} a second, ${excused} of them on ways that open or close, ${await detoursIn(logFile)} detours, ${leaks} leaks, ${drops} false drops, seed ${seed}\n`,
        );
        expect(wrong).toEqual([]);
        expect({ leaks, drops }).toEqual({ leaks: 0, drops: 0 });
        expect(sent).toBeGreaterThan(0);
      },
    );

    it.each([
      { what: "hole", seen: "leaks", way: "closed" },
      { what: "wall", seen: "drops", way: "open" },
    ] as const)(
      "would show: a $what that somebody makes for a moment is seen",
      async ({ what, seen, way }) => {
        const { cluster, node, stream, stage, enforced } = rig;
        const spec =
          way === "closed" ? { podSelector: {} } : { podSelector: {}, ingress: [{}], egress: [{}] };
        await apply(cluster.control.client, networkPolicy("np0", spec));
        for (const other of ["np1", "np2", "np3"])
          await apply(cluster.control.client, networkPolicy(other, spec));
        const now = await stage();
        await enforced(now);
        const first = (way === "closed" ? 1 : 2) * 1_000_000;
        let found = 0;
        for (let window = first; found === 0 && window < first + BREACHES; window += 1) {
          await stream.window(window);
          await breach(node.exec, backend, what);
          await stream.silence();
          const counts = stream.counts().filter((count) => count.window === window);
          found = balance(
            counts,
            (_, each) => dueAmong([now])(each),
            () => "",
          )[seen];
        }
        expect(found).toBeGreaterThan(0);
      },
    );
  });
}
