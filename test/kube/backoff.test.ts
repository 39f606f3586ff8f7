import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Backoff } from "../../src/kube/backoff.ts";

const shape = fc.record({
  first: fc.integer({ min: 1, max: 1_000 }),
  factor: fc.integer({ min: 1, max: 500 }),
});

test("each pause lies in the upper half of its step; steps double up to the most", () => {
  fc.assert(
    fc.property(shape, ({ first, factor }) => {
      const most = first * factor;
      const backoff = new Backoff(first, most);
      for (let i = 0, step = first; i < 20; i += 1, step = Math.min(most, step * 2)) {
        const pause = backoff.next();
        expect(pause).toBeGreaterThanOrEqual(step / 2);
        expect(pause).toBeLessThanOrEqual(step);
      }
    }),
  );
});

test("starts over after a reset", () => {
  const backoff = new Backoff(10, 10_000);
  for (let i = 0; i < 10; i += 1) backoff.next();
  backoff.reset();
  expect(backoff.next()).toBeLessThanOrEqual(10);
});

test("a crowd does not come back in step", () => {
  const pauses = Array.from({ length: 100 }, () => new Backoff().next());
  expect(new Set(pauses).size).toBeGreaterThan(90);
});
