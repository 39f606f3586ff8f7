import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { isEmptyPlan, planWrites } from "../../../src/kernel/plan.ts";
import { must } from "../../support/must.ts";
import { scale } from "../../support/search-settings.ts";
import { describeKernel } from "../support.ts";
import { bigRuleset } from "./big-ruleset.ts";
import { type NftRig, nftRig } from "./rig.ts";

const WRITER = fileURLToPath(new URL("writer-process.ts", import.meta.url));

const rulesets = [bigRuleset(0), bigRuleset(1)] as const;

/** Milliseconds, a guard against hanging. */
const PATIENCE_MS = 60_000;

/** Which of the rulesets is read, whole; -1 where none is. */
async function reading({ read }: NftRig): Promise<number> {
  const state = await read();
  const at = rulesets.findIndex((ruleset) => isEmptyPlan(planWrites(state, ruleset)));
  if (at < 0) {
    const sets = [...state.sets].map(([name, { entries }]) => `${name}: ${entries.size}`);
    const chains = [state.tables.IPv4, state.tables.IPv6].map((table) => [...table.chains.keys()].join(" "));
    process.stdout.write(`nftables: read as neither: ${sets.join(", ")}; chains ${chains.join("; ")}\n`);
  }
  return at;
}

/**
 * Which of the rulesets stands, whole. Nobody writes any more, so a half would stay one; but the kernel goes on moving a big set
 * into a table of another size, and who lists it meanwhile may miss some of it.
 */
async function standing(rig: NftRig): Promise<number> {
  let at = -1;
  await expect
    .poll(
      async () => {
        at = await reading(rig);
        return at;
      },
      { timeout: 20_000, interval: 500 },
    )
    .toBeGreaterThanOrEqual(0);
  return at;
}

/** How many times each is killed, at moments that are spread over the time that a write takes. */
const TIMES = Math.ceil(2 * scale);
/** A write that takes longer than the one that was timed may be hit before it has begun any program: then there is another. */
const MOST_TIMES = TIMES + 20;
const momentOf = (i: number, took: number): number => took * ((0.15 + i * 0.618) % 1);

/** Starts a process that writes them in turn; ready when it has written both, with the time that the second took it. */
async function writer(rig: NftRig, way: string): Promise<{ child: ChildProcess; took: number }> {
  const child = spawn(process.execPath, [WRITER, must(rig.netns.enter[3]), way], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  const began = performance.now();
  await once(child.stdout, "data");
  return { child, took: performance.now() - began };
}

describeKernel("killed among 100,000 set entries", () => {
  test("nft has written all of a transaction or nothing", { timeout: 300_000 }, async () => {
    const rig = await nftRig();
    const { kernel } = rig;
    expect((await kernel.bring(rulesets[0])).failures).toEqual([]);
    const began = performance.now();
    await kernel.bring(rulesets[1]);
    const took = performance.now() - began;
    let [at, killed, times] = [1, 0, 0];
    for (; times < TIMES || (killed === 0 && times < MOST_TIMES); times += 1) {
      const bringing = kernel.bring(rulesets[1 - at] ?? rulesets[0]);
      await sleep(momentOf(times, took));
      killed += await rig.killAll();
      const { failures } = await bringing;
      const before = at;
      at = await standing(rig);
      // One that is killed may have done what it was asked for; one that says so has.
      if (failures.length === 0) expect(at).toBe(1 - before);
    }
    process.stdout.write(`nftables: killed in ${times} writes: ${killed} programs, 0 halves\n`);
    expect(killed).toBeGreaterThan(0);
  });

  test.each(["mortal", "left alone"])(
    "an enforcer has written all of it or nothing: its programs %s",
    { timeout: 300_000 },
    async (way) => {
      const rig = await nftRig();
      const found = [0, 0];
      for (let i = 0; i < TIMES; i += 1) {
        const { child, took } = await writer(rig, way);
        await sleep(momentOf(i, took));
        child.kill("SIGKILL");
        await once(child, "exit");
        // Who is left alone may have all that it needs, and go on.
        await expect.poll(() => rig.running(), { timeout: 60_000 }).toEqual([]);
        const at = await standing(rig);
        found[at] = (found[at] ?? 0) + 1;
      }
      process.stdout.write(`nftables: killed, programs ${way}: ${found.join(" and ")} of either, 0 halves\n`);
    },
  );
});

describeKernel("one transaction", () => {
  test("is seen whole in both families by whoever reads meanwhile", { timeout: 120_000 }, async () => {
    const rig = await nftRig();
    const small = [bigRuleset(0, 50), bigRuleset(1, 50)] as const;
    await rig.kernel.bring(small[0]);
    const written = new AbortController();
    const seen = new Set<string>();
    const reading = (async () => {
      while (!written.signal.aborted) {
        const text = await rig.netns.sh("nft -s list ruleset");
        const rules = [...text.matchAll(/jump SV-BIG-(\d) comment/g)].map(([, revision]) => revision);
        const member = /10\.([02])\.0\.49/.exec(text)?.[1] === "0" ? "0" : "1";
        seen.add([...rules, member].join(" "));
      }
    })();
    const write = async (revision: number): Promise<void> => {
      expect((await rig.kernel.bring(small[revision % 2 === 0 ? 0 : 1])).failures).toEqual([]);
    };
    for (let i = 1; i <= 40; i += 1) await write(i);
    // nft begins to read anew at each write that it meets: one that was never done on a busy machine is given a pause.
    const deadline = performance.now() + PATIENCE_MS;
    for (let i = 1; seen.size < 2 && performance.now() < deadline; i += 1) {
      await sleep(500);
      await write(i);
    }
    written.abort();
    await reading;
    expect([...seen].toSorted()).toEqual(["0 0 0", "1 1 1"]);
  });
});
