import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { LastTold } from "../../src/daemon/last-told.ts";
import type { Look } from "../../src/daemon/look-for-drift.ts";
import { Looks, type Seen } from "../../src/daemon/looks.ts";
import { nothingStands } from "../../src/kernel/state.ts";

/** Looks at everything that end when a test has them end, beside writes; without a witness. */
function slowLooks(toldAgoMs: number) {
  const told = new LastTold(undefined);
  told.by({ at: performance.now() - toldAgoMs, mark: undefined });
  let epoch = 0;
  let setsRead = 0;
  const recalled: (Seen | undefined)[] = [];
  const ends: ((look: Look) => void)[] = [];
  const looks = new Looks({
    told,
    seen: undefined,
    whole: () => new Promise((resolve) => ends.push(resolve)),
    sets: () => {
      setsRead += 1;
      return Promise.resolve("as left");
    },
    epoch: () => epoch,
    recalls: () => recalled.length,
    recall: (seen) => {
      recalled.push(seen);
      return Promise.resolve();
    },
  });
  return {
    looks,
    recalled,
    setsRead: () => setsRead,
    begun: () => ends.length,
    end: (look: Look) => ends.shift()?.(look),
    write: () => {
      epoch += 1;
    },
  };
}

const reading = {
  state: { sets: new Map(), tables: { IPv4: nothingStands, IPv6: nothingStands } },
  unread: new Map(),
  unreadFilter: new Map(),
};

const HOUR = 3_600_000;

test("one that is slow while nobody writes is waited for", async () => {
  const { looks, recalled, setsRead, end } = slowLooks(HOUR);
  const taken = looks.take();
  await sleep(1_500);
  end({ kind: "otherwise", reading });
  await taken;
  expect(recalled).toMatchObject([{ reading }]);
  expect(setsRead()).toBe(0);
});

test("one that writes keep from its end is not waited for: sets are looked at, and patience ends in time", async () => {
  const { looks, recalled, setsRead, begun, end, write } = slowLooks(5_500);
  const taken = looks.take();
  write();
  await taken;
  expect(recalled).toEqual([undefined]);
  expect(setsRead()).toBeGreaterThan(1);
  // It goes on, and what it will say is no news; until then no other begins.
  const next = looks.take();
  expect(begun()).toBe(1);
  end({ kind: "otherwise", reading });
  await next;
  expect(recalled).toEqual([undefined]);
  const another = looks.take();
  expect(begun()).toBe(1);
  end({ kind: "otherwise", reading });
  await another;
  expect(recalled).toMatchObject([undefined, { reading }]);
});
