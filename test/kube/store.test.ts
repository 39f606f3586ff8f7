import { expect, test } from "vitest";
import { Store } from "../../src/kube/store.ts";

/** A store, and what its listener has been told since it was last asked. */
function told(): { readonly store: Store<number>; readonly news: () => string[] } {
  const lines: string[] = [];
  const store = new Store<number>((key, item) => lines.push(`${key} ${item ?? "gone"}`));
  return { store, news: () => lines.splice(0) };
}

test("each change is told, a deletion of nothing is not", () => {
  const { store, news } = told();
  store.set("n/a", 1);
  store.set("n/a", 2);
  expect([store.get("n/a"), store.size, news()]).toEqual([2, 1, ["n/a 1", "n/a 2"]]);
  store.delete("n/b");
  expect(news()).toEqual([]);
  store.delete("n/a");
  expect([store.get("n/a"), store.size, news()]).toEqual([undefined, 0, ["n/a gone"]]);
});

test("a listing replaces everything: what is not in it is told to be gone", () => {
  const { store, news } = told();
  store.set("n/a", 1);
  store.set("n/b", 1);
  news();
  store.replace(
    new Map([
      ["n/b", 2],
      ["n/c", 3],
    ]),
  );
  expect(store.values()).toEqual([2, 3]);
  expect(news()).toEqual(["n/a gone", "n/b 2", "n/c 3"]);
});

test("values are a copy: what is read does not change under the reader", () => {
  const { store } = told();
  store.set("n/a", 1);
  const read = store.values();
  store.set("n/b", 2);
  expect(read).toEqual([1]);
});
