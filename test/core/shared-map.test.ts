import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SharedMap } from "../../src/core/shared-map.ts";

const changesArbitrary = fc.array(
  fc.array(fc.tuple(fc.string({ maxLength: 2 }), fc.option(fc.nat(5), { nil: undefined })), {
    maxLength: 40,
  }),
  { maxLength: 6 },
);

const sorted = (map: ReadonlyMap<string, number>): [string, number][] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1));

const byNumber = (a: number, b: number): number => a - b;

/** Every version that the changes lead through, beside the same made the dumb way. */
function versions(rounds: readonly (readonly (readonly [string, number | undefined])[])[]) {
  const all = [{ shared: SharedMap.empty<number>(), plain: new Map<string, number>() }];
  for (const changes of rounds) {
    const { shared, plain } = all.at(-1) ?? { shared: SharedMap.empty<number>(), plain: new Map() };
    const next = new Map(plain);
    for (const [key, value] of changes) {
      if (value === undefined) next.delete(key);
      else next.set(key, value);
    }
    all.push({ shared: shared.with(changes), plain: next });
  }
  return all;
}

describe("a map that shares with its former versions", () => {
  it("holds what a plain map holds, and its former versions stay as they were", () => {
    fc.assert(
      fc.property(changesArbitrary, (rounds) => {
        for (const { shared, plain } of versions(rounds)) {
          expect(sorted(shared)).toEqual(sorted(plain));
          expect(shared.size).toBe(plain.size);
          expect([...shared.keys()].sort()).toEqual([...plain.keys()].sort());
          expect([...shared.values()].toSorted(byNumber)).toEqual([...plain.values()].toSorted(byNumber));
          const told = new Map<string, number>();
          shared.forEach((value, key) => told.set(key, value));
          expect(sorted(told)).toEqual(sorted(plain));
          for (const [key, value] of plain) expect([shared.has(key), shared.get(key)]).toEqual([true, value]);
          expect(shared.has("never there")).toBe(false);
        }
      }),
    );
  });

  it("tells by which keys two versions differ, each once, beside a plain map too", () => {
    fc.assert(
      fc.property(changesArbitrary, (rounds) => {
        const all = versions(rounds);
        const [first] = all;
        const last = all.at(-1);
        if (first === undefined || last === undefined) return;
        for (const a of all) {
          const keys = new Set([...a.plain.keys(), ...last.plain.keys()]);
          const wanted = [...keys].filter((key) => a.plain.get(key) !== last.plain.get(key)).sort();
          expect([...SharedMap.differing(a.shared, last.shared)].sort()).toEqual(wanted);
          expect([...SharedMap.differing<number>(a.plain, last.shared)].sort()).toEqual(wanted);
        }
      }),
    );
  });

  it("is the same map where a change changes nothing", () => {
    const map = SharedMap.empty<number>().with([["a", 1]]);
    expect(
      map.with([
        ["a", 1],
        ["b", undefined],
      ]),
    ).toBe(map);
    expect([...SharedMap.differing(map, map)]).toEqual([]);
  });
});
