import { setTimeout as sleep } from "node:timers/promises";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Outcome } from "../../src/lab/agent/protocol.ts";
import { attempt } from "../../src/lab/agent/attempt.ts";
import { mapLimit } from "../../src/lab/map-limit.ts";
import { probeAll, type Prober } from "../../src/lab/prober.ts";

/** Answers with the port, after so many milliseconds. */
function echo(delayMs: number): Prober {
  return {
    probe: async ({ port }): Promise<Outcome> => {
      if (delayMs > 0) await sleep(delayMs);
      return { kind: "answered", by: String(port), ms: delayMs };
    },
  };
}

describe("probeAll", () => {
  it("returns each probe's outcome in its place, whoever asks and however slowly", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 300 }), async (askers) => {
        const agents = [echo(0), echo(1), echo(3), echo(0)];
        const probes = askers.map((asker, port) => ({
          from: agents[asker] ?? echo(0),
          to: { protocol: "TCP" as const, address: "10.0.0.1", port },
        }));
        const outcomes = await probeAll(probes);
        expect(outcomes.map((outcome) => (outcome.kind === "answered" ? outcome.by : outcome.kind))).toEqual(
          askers.map((_, port) => String(port)),
        );
      }),
      { numRuns: 20 },
    );
  });

  it("does not wait for the silent before it asks the next", async () => {
    const total = 600;
    const all = Promise.withResolvers<void>();
    let asked = 0;
    // Nobody gives up before everybody has been asked: a prober that waits for any of them waits for ever.
    const silent: Prober = {
      probe: async () => {
        asked += 1;
        if (asked === total) all.resolve();
        await all.promise;
        return { kind: "timeout", ms: 1000 };
      },
    };
    const probes = Array.from({ length: total }, (_, port) => ({
      from: silent,
      to: { protocol: "TCP" as const, address: "10.0.0.1", port },
    }));
    expect(await probeAll(probes)).toHaveLength(total);
  });

  it("tells of its progress, once for each", async () => {
    const seen: string[] = [];
    const probes = [1, 2, 3].map((port) => ({
      from: echo(0),
      to: { protocol: "UDP" as const, address: "10.0.0.1", port },
    }));
    await probeAll(probes, { onProgress: (done, total) => seen.push(`${done}/${total}`) });
    expect(seen).toEqual(["1/3", "2/3", "3/3"]);
  });
});

describe("an attempt", () => {
  it("is a time-out when nothing comes", async () => {
    expect(await attempt(5, () => () => undefined)).toMatchObject({ kind: "timeout" });
  });

  it("sees what arrived while its own process was kept waiting", async () => {
    const outcome = await attempt(5, (finish) => {
      // The answer is due, and so is the deadline, before the loop comes around again.
      setImmediate(() => finish({ kind: "answered", by: "late" }));
      const until = performance.now() + 20;
      while (performance.now() < until);
      return () => undefined;
    });
    expect(outcome).toMatchObject({ kind: "answered", by: "late" });
  });

  it("ends once, and takes down what it began, also when it ends at once", async () => {
    let released = 0;
    const outcome = await attempt(1000, (finish) => {
      finish({ kind: "refused" });
      finish({ kind: "answered", by: "too late" });
      return () => {
        released += 1;
      };
    });
    expect(outcome.kind).toBe("refused");
    expect(released).toBe(1);
  });

  it("may be prolonged", async () => {
    let asked = 0;
    const outcome = await attempt(
      2,
      () => () => undefined,
      () => {
        asked += 1;
        return asked < 3 ? "prolong" : { kind: "error", message: "enough" };
      },
    );
    expect(outcome).toMatchObject({ kind: "error", message: "enough" });
  });
});

describe("mapLimit", () => {
  it("keeps order and never works on more than its limit", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3), { maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        async (delays, limit) => {
          let busy = 0;
          let most = 0;
          const results = await mapLimit(delays, limit, async (delay) => {
            busy += 1;
            most = Math.max(most, busy);
            await sleep(delay);
            busy -= 1;
            return delay;
          });
          expect(results).toEqual(delays);
          expect(most).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("throws the first failure after all that was begun has ended", async () => {
    const ended: number[] = [];
    const work = mapLimit([1, 2, 3, 4], 2, async (item) => {
      await sleep(item === 1 ? 1 : 10);
      ended.push(item);
      if (item === 1) throw new Error("one");
    });
    await expect(work).rejects.toThrow("one");
    expect(ended).toEqual([1, 2]);
  });
});
