import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Denial } from "../../../src/core/denial.ts";
import { DenialDigest } from "../../../src/daemon/denials/denial-digest.ts";

const denial = (from: string): Denial => ({
  time: "2026-01-01T00:00:00.000Z",
  cause: "ingress",
  from,
  to: "shop/db",
  source: "10.0.0.1",
  destination: "10.0.0.2",
  traffic: "TCP/80",
  policies: ["shop/db"],
});

test("the first of a kind is told at once, the others once an interval with their number", () => {
  const digest = new DenialDigest(1000);
  expect(digest.take(denial("a"), 0)).toEqual({ denial: denial("a"), count: 1 });
  expect(digest.take(denial("a"), 10)).toBeUndefined();
  expect(digest.take(denial("a"), 20)).toBeUndefined();
  expect(digest.take(denial("b"), 20)?.count).toBe(1);
  expect(digest.due(999)).toEqual([]);
  expect(digest.due(1000)).toEqual([{ denial: denial("a"), count: 2 }]);
  // b was silent since, a is followed for another interval.
  expect(digest.due(1020)).toEqual([]);
  expect(digest.take(denial("a"), 1500)).toBeUndefined();
  expect(digest.take(denial("b"), 1500)?.count).toBe(1);
  expect(digest.due(2000)).toEqual([{ denial: denial("a"), count: 1 }]);
  expect(digest.due(3000)).toEqual([]);
  expect(digest.take(denial("a"), 3000)?.count).toBe(1);
});

test("however many strangers knock, what is kept is bounded, and the rest is counted", () => {
  const digest = new DenialDigest(1000, 3);
  const lines = Array.from({ length: 10 }, (_, i) => digest.take(denial(`10.0.0.${i}`), 0));
  expect(lines.filter((line) => line !== undefined)).toHaveLength(3);
  expect(digest.untold).toBe(7);
  digest.due(1000);
  expect(digest.take(denial("late"), 1000)?.count).toBe(1);
});

test("every denial is in exactly one line's count, or untold", () => {
  const events = fc.array(fc.tuple(fc.nat(5), fc.nat(500)), { maxLength: 100 });
  fc.assert(
    fc.property(events, (steps) => {
      const digest = new DenialDigest(1000, 4);
      let now = 0;
      let told = 0;
      for (const [who, pause] of steps) {
        now += pause;
        for (const { count } of digest.due(now)) told += count;
        told += digest.take(denial(`${who}`), now)?.count ?? 0;
      }
      for (const { count } of digest.due(now + 1000)) told += count;
      expect(told + digest.untold).toBe(steps.length);
    }),
  );
});
