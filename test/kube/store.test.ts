import { expect, test, vi } from "vitest";
import { Store } from "../../src/kube/store.ts";

function ringing(): { readonly store: Store<number>; readonly rings: () => number } {
  const bell = vi.fn();
  return { store: new Store<number>(bell), rings: () => bell.mock.calls.length };
}

test("each change rings once, a deletion of nothing does not", () => {
  const { store, rings } = ringing();
  store.set("n/a", 1);
  store.set("n/a", 2);
  expect([store.get("n/a"), store.size, rings()]).toEqual([2, 1, 2]);
  store.delete("n/b");
  expect(rings()).toBe(2);
  store.delete("n/a");
  expect([store.get("n/a"), store.size, rings()]).toEqual([undefined, 0, 3]);
});

test("a listing replaces everything and rings once", () => {
  const { store, rings } = ringing();
  store.set("n/a", 1);
  store.replace(
    new Map([
      ["n/b", 2],
      ["n/c", 3],
    ]),
  );
  expect(store.values()).toEqual([2, 3]);
  expect(rings()).toBe(2);
});

test("values are a copy: what is read does not change under the reader", () => {
  const { store } = ringing();
  store.set("n/a", 1);
  const read = store.values();
  store.set("n/b", 2);
  expect(read).toEqual([1]);
});
