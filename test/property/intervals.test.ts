import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type IntervalSet,
  contains,
  difference,
  intersection,
  intervalSet,
  isEqual,
  isSubset,
  union,
} from "../../src/core/intervals.ts";
import { scale } from "../support/search-settings.ts";

/** Small enough to look at every number there is. */
const END = 24;
const universe = Array.from({ length: END }, (_, i) => i);

const interval = fc.tuple(fc.nat(END), fc.nat(END)).map(([a, b]) => [a, b] as const);
const pieces = fc.array(interval, { maxLength: 6 });
const set = pieces.map(intervalSet);

const membersOf = (each: IntervalSet<number>): number[] => universe.filter((value) => contains(each, value));
const check = <T>(cases: fc.Arbitrary<T>, law: (value: T) => void): void =>
  fc.assert(fc.property(cases, law), { numRuns: Math.ceil(1_000 * scale) });

function expectCanonical(each: IntervalSet<number>): void {
  for (const [i, [from, to]] of each.entries()) {
    expect(from).toBeLessThan(to);
    const before = each[i - 1];
    if (before !== undefined) expect(before[1]).toBeLessThan(from);
  }
}

describe("sets of intervals", () => {
  test("hold what their pieces hold", () => {
    check(pieces, (given) => {
      const naive = universe.filter((value) => given.some(([from, to]) => from <= value && value < to));
      expect(membersOf(intervalSet(given))).toEqual(naive);
    });
  });

  test.each([
    ["union", union, (a: boolean, b: boolean) => a || b],
    ["intersection", intersection, (a: boolean, b: boolean) => a && b],
    ["difference", difference, (a: boolean, b: boolean) => a && !b],
  ] as const)("%s is what it is of sets, and canonical", (_, operation, keep) => {
    check(fc.tuple(set, set), ([a, b]) => {
      const result = operation(a, b);
      expectCanonical(result);
      expect(membersOf(result)).toEqual(
        universe.filter((value) => keep(contains(a, value), contains(b, value))),
      );
    });
  });

  test("are canonical, so that sets of the same members are equal values", () => {
    check(fc.tuple(set, set), ([a, b]) => {
      expectCanonical(a);
      const isSame = membersOf(a).join() === membersOf(b).join();
      expect(isEqual(a, b)).toBe(isSame);
      expect(JSON.stringify(a) === JSON.stringify(b)).toBe(isSame);
    });
  });

  test("know their subsets", () => {
    check(fc.tuple(set, set), ([a, b]) => {
      expect(isSubset(a, b)).toBe(membersOf(a).every((value) => contains(b, value)));
    });
  });

  test("obey De Morgan, distribution and absorption", () => {
    const whole: IntervalSet<number> = [[0, END]];
    const not = (each: IntervalSet<number>): IntervalSet<number> => difference(whole, each);
    check(fc.tuple(set, set, set), ([a, b, c]) => {
      expect(not(union(a, b))).toEqual(intersection(not(a), not(b)));
      expect(intersection(a, union(b, c))).toEqual(union(intersection(a, b), intersection(a, c)));
      expect(union(a, intersection(a, b))).toEqual(a);
      expect(difference(a, difference(a, b))).toEqual(intersection(a, b));
    });
  });
});
