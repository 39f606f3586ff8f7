import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { DeniedPod } from "../../../src/daemon/events/denial-event.ts";
import { EventBook, type EventLimits } from "../../../src/daemon/events/event-book.ts";
import { must } from "../../support/must.ts";
import { pod } from "../../support/scenario.ts";

const LIMITS: EventLimits = {
  pod: { burst: 2, refillMs: 1_000 },
  node: { burst: 3, refillMs: 500 },
  intervalMs: 600,
  endMs: 5_000,
  most: 6,
  mostOfPod: 4,
};

const denied = (of: string, note: string): DeniedPod => ({ pod: pod(of, { uid: `uid of ${of}` }), note });

/** Writes all that is due; what was written. */
function writeAll(book: EventBook, now: number): { note: string; count: number; standing: boolean }[] {
  const written: ReturnType<typeof writeAll> = [];
  for (;;) {
    const due = book.next(now);
    if (due === undefined) return written;
    book.written(due, `event of ${due.denied.note}`, now);
    written.push({ note: due.denied.note, count: due.count, standing: due.standing !== undefined });
  }
}

test("the first is told at once, the others once an interval with their number", () => {
  const book = new EventBook(LIMITS);
  book.take(denied("shop/db", "a"), 0, 10_000);
  expect(book.next(0)).toMatchObject({ count: 1, first: 10_000, last: 10_000, standing: undefined });
  const fresh = new EventBook(LIMITS);
  fresh.take(denied("shop/db", "a"), 0, 10_000);
  expect(writeAll(fresh, 0)).toEqual([{ note: "a", count: 1, standing: false }]);
  fresh.take(denied("shop/db", "a"), 100, 10_100);
  fresh.take(denied("shop/db", "a"), 200, 10_200);
  expect(writeAll(fresh, 599)).toEqual([]);
  expect(must(fresh.next(600))).toMatchObject({
    count: 3,
    first: 10_000,
    last: 10_200,
    standing: "event of a",
  });
});

test("a pod has its limit, the node has its own, and both fill again", () => {
  const book = new EventBook(LIMITS);
  for (const note of ["a", "b", "c"]) book.take(denied("shop/db", note), 0, 0);
  expect(writeAll(book, 0).map(({ note }) => note)).toEqual(["a", "b"]);
  for (const note of ["d", "e"]) book.take(denied("shop/web", note), 0, 0);
  expect(writeAll(book, 0).map(({ note }) => note)).toEqual(["d"]);
  expect(writeAll(book, 500).map(({ note }) => note)).toEqual(["e"]);
  expect(writeAll(book, 1_000).map(({ note }) => note)).toEqual(["c"]);
});

test("what nobody was told of goes before what is brought up to date", () => {
  const book = new EventBook({ ...LIMITS, node: { burst: 1, refillMs: 1_000 } });
  book.take(denied("shop/db", "old"), 0, 0);
  writeAll(book, 0);
  book.take(denied("shop/db", "old"), 1, 1);
  book.take(denied("shop/web", "new"), 900, 900);
  expect(writeAll(book, 1_000).map(({ note }) => note)).toEqual(["new"]);
  expect(writeAll(book, 2_000).map(({ note }) => note)).toEqual(["old"]);
});

test("a pod at which everybody knocks leaves room for others, and what is kept is bounded", () => {
  const book = new EventBook(LIMITS);
  for (let i = 0; i < 10; i += 1) book.take(denied("shop/db", `${i}`), 0, 0);
  expect(book.untold).toBe(6);
  for (let i = 0; i < 10; i += 1) book.take(denied("shop/web", `${i}`), 0, 0);
  expect(book.untold).toBe(14);
  book.sweep(5_000);
  expect(book.untold).toBe(20);
  book.take(denied("shop/web", "late"), 5_000, 5_000);
  expect(writeAll(book, 5_000)).toHaveLength(1);
});

test("a series that was silent begins anew; another pod of the same name is another", () => {
  const book = new EventBook(LIMITS);
  book.take(denied("shop/db", "a"), 0, 0);
  writeAll(book, 0);
  book.take({ pod: pod("shop/db", { uid: "another" }), note: "a" }, 1_000, 0);
  expect(writeAll(book, 1_000)).toEqual([{ note: "a", count: 1, standing: false }]);
  book.sweep(20_000);
  book.take(denied("shop/db", "a"), 20_000, 0);
  expect(writeAll(book, 20_000)).toEqual([{ note: "a", count: 1, standing: false }]);
});

test("an event that is gone is made again, with the number of all", () => {
  const book = new EventBook(LIMITS);
  book.take(denied("shop/db", "a"), 0, 0);
  writeAll(book, 0);
  book.take(denied("shop/db", "a"), 1_000, 0);
  book.gone(must(book.next(1_000)));
  expect(writeAll(book, 2_000)).toEqual([{ note: "a", count: 2, standing: false }]);
});

test("every denial is told of once, or counted as untold, however they come", () => {
  const step = fc.record({ who: fc.nat(2), what: fc.nat(5), pause: fc.nat(2_000), drops: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const book = new EventBook(LIMITS);
      const told = new Map<string, number>();
      let closed = 0;
      let now = 0;
      const write = (drops: boolean): number => {
        let writes = 0;
        for (;;) {
          const due = book.next(now);
          if (due === undefined) return writes;
          writes += 1;
          if (drops) {
            closed += told.get(due.key) ?? 0;
            told.delete(due.key);
            book.drop(due);
          } else {
            if (due.standing === undefined) {
              closed += told.get(due.key) ?? 0;
              told.delete(due.key);
            }
            told.set(due.key, due.count);
            book.written(due, "event", now);
          }
        }
      };
      let writes = 0;
      for (const { who, what, pause, drops } of steps) {
        now += pause;
        book.sweep(now);
        book.take(denied(`shop/${who}`, `${what}`), now, now);
        writes += write(drops);
      }
      // No more than the node may, however many there were.
      expect(writes).toBeLessThanOrEqual(LIMITS.node.burst + now / LIMITS.node.refillMs);
      book.sweep(now + LIMITS.endMs);
      const sum = [...told.values()].reduce((total, count) => total + count, closed);
      expect(sum + book.untold).toBe(steps.length);
    }),
  );
});
