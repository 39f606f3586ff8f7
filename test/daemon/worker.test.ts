import type * as timers from "node:timers/promises";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { Worker } from "../../src/daemon/worker.ts";

/** The pauses that were asked for, in milliseconds; how long they took is the machine's business. */
const pauses: number[] = [];
vi.mock("node:timers/promises", async (original) => {
  const real = await original<typeof timers>();
  const setTimeout: typeof real.setTimeout = (milliseconds = 0, ...rest) => {
    if (milliseconds > 0) pauses.push(milliseconds);
    return real.setTimeout(milliseconds, ...rest);
  };
  return { ...real, setTimeout };
});
beforeEach(() => {
  pauses.length = 0;
});

type Result = "done" | "again";

/** A worker whose passes the test ends one by one. */
function handDriven() {
  const stop = new AbortController();
  const passes: PromiseWithResolvers<Result>[] = [];
  let running = 0;
  let most = 0;
  const worker = new Worker(async () => {
    const pass = Promise.withResolvers<Result>();
    passes.push(pass);
    running += 1;
    most = Math.max(most, running);
    const result = await pass.promise;
    running -= 1;
    return result;
  }, stop.signal);
  return { worker, stop, passes, most: () => most };
}

const begun = (passes: readonly unknown[], count: number): Promise<void> =>
  expect.poll(() => passes.length, { interval: 1, timeout: 10_000 }).toBe(count);

describe("a worker", () => {
  test("does nothing unasked", async () => {
    const { worker, passes } = handDriven();
    await worker.idle();
    expect(passes).toHaveLength(0);
  });

  test("takes all that ask at once for one, and is idle after it", async () => {
    const { worker, passes } = handDriven();
    for (let i = 0; i < 100; i += 1) worker.ask();
    await begun(passes, 1);
    passes[0]?.resolve("done");
    await worker.idle();
    expect(passes).toHaveLength(1);
  });

  test("runs once more, and once only, for those who asked while it ran", async () => {
    const { worker, passes, most } = handDriven();
    worker.ask();
    await begun(passes, 1);
    for (let i = 0; i < 100; i += 1) worker.ask();
    passes[0]?.resolve("done");
    await begun(passes, 2);
    passes[1]?.resolve("done");
    await worker.idle();
    expect(passes).toHaveLength(2);
    expect(most()).toBe(1);
  });

  test("can be asked again after it was idle", async () => {
    const { worker, passes } = handDriven();
    for (const n of [1, 2, 3]) {
      worker.ask();
      await begun(passes, n);
      passes[n - 1]?.resolve("done");
      await worker.idle();
    }
  });

  test("tries again by itself until it is done", async () => {
    const { worker, passes } = handDriven();
    worker.ask();
    for (const n of [1, 2, 3]) {
      await begun(passes, n);
      passes[n - 1]?.resolve(n < 3 ? "again" : "done");
    }
    await worker.idle();
    expect(passes).toHaveLength(3);
  });

  test("pauses longer with each failure, and starts over after a success", async () => {
    const stop = new AbortController();
    let tries = 0;
    const worker = new Worker(() => {
      tries += 1;
      return Promise.resolve(tries === 6 ? "done" : "again");
    }, stop.signal);
    worker.ask();
    await worker.idle();
    // Steps double, and each pause is drawn from the upper half of its step.
    expect(pauses).toHaveLength(5);
    for (const [i, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(25 * 2 ** i);
      expect(pause).toBeLessThanOrEqual(50 * 2 ** i);
    }
    worker.ask();
    await expect.poll(() => tries, { interval: 1 }).toBeGreaterThanOrEqual(8);
    stop.abort();
    await worker.idle();
    expect(pauses[5]).toBeLessThanOrEqual(50);
  });

  test("finishes what it has begun when the signal comes, and begins nothing more", async () => {
    const { worker, passes, stop } = handDriven();
    worker.ask();
    await begun(passes, 1);
    worker.ask();
    stop.abort();
    let isIdle = false;
    const idle = (async () => {
      await worker.idle();
      isIdle = true;
    })();
    await new Promise(setImmediate);
    expect(isIdle).toBe(false);
    passes[0]?.resolve("done");
    await idle;
    worker.ask();
    await worker.idle();
    expect(passes).toHaveLength(1);
  });

  test("is woken by the signal from a pause between two tries", async () => {
    const stop = new AbortController();
    let passes = 0;
    const worker = new Worker(() => {
      passes += 1;
      return Promise.resolve("again");
    }, stop.signal);
    worker.ask();
    await expect.poll(() => passes, { interval: 1 }).toBeGreaterThanOrEqual(3);
    const before = passes;
    stop.abort();
    await worker.idle();
    expect(passes).toBeLessThanOrEqual(before + 1);
  });
});
