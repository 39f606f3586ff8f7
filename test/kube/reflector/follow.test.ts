import { expect, test } from "vitest";
import { COLLECTION, PATIENCE, faultyServer, follow } from "./fixture.ts";

test("a collection of several pages is taken whole, and as of one version", async () => {
  const api = await faultyServer();
  for (let i = 0; i < 1_234; i += 1) api.write(`c${i}`, "old");
  let isChanged = false;
  const seenEarly: string[] = [];
  api.disturb(async ({ verb, query }) => {
    if (verb !== "list") return undefined;
    seenEarly.push(...Object.keys(content()));
    if (!query.has("continue") || isChanged) return undefined;
    isChanged = true;
    // Between two pages: an object of a page to come, one of a page taken, one that is new, one that is gone.
    api.write("c999", "new");
    api.write("c0", "new");
    api.write("c5000", "new");
    await api.erase("c998");
    return undefined;
  });
  const { reflector, content } = follow(api.server.url);
  await reflector.synced;
  await expect.poll(content, PATIENCE).toEqual(api.content());
  expect(Object.keys(content())).toHaveLength(1_234);
  expect(api.lists.map(({ query }) => query.get("limit"))).toEqual(["500", "500", "500"]);
  // Nobody is shown a part of the collection for the whole.
  expect(seenEarly).toEqual([]);
});

test("an empty collection is synced too", async () => {
  const api = await faultyServer();
  const { reflector, content } = follow(api.server.url);
  await reflector.synced;
  expect(content()).toEqual({});
});

test("events come after the listing, without another", async () => {
  const api = await faultyServer();
  api.write("a", "1");
  const { reflector, content, troubles } = follow(api.server.url);
  await reflector.synced;
  api.write("b", "1");
  api.write("a", "2");
  await expect.poll(content, PATIENCE).toEqual({ "default/a": "2", "default/b": "1" });
  await api.erase("a");
  await expect.poll(content, PATIENCE).toEqual({ "default/b": "1" });
  expect(api.lists).toHaveLength(1);
  expect(api.watches).toHaveLength(1);
  expect(troubles).toEqual([]);
});

test("the query goes with lists and watches; what no longer matches leaves the store", async () => {
  const api = await faultyServer();
  const labelled = (stage: string): void => {
    const metadata = { name: "a", namespace: "default", labels: { stage } };
    api.server.seed({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { value: stage } });
  };
  labelled("live");
  api.write("b", "unlabelled");
  const { reflector, content } = follow(api.server.url, { query: { labelSelector: "stage=live" } });
  await reflector.synced;
  expect(content()).toEqual({ "default/a": "live" });
  labelled("dead");
  await expect.poll(content, PATIENCE).toEqual({});
  const asked = [...api.lists, ...api.watches].map(({ query }) => query.get("labelSelector"));
  expect(new Set(asked)).toEqual(new Set(["stage=live"]));
});

test("what the reader does not want is kept out, and leaves when it is no longer wanted", async () => {
  const api = await faultyServer();
  const without = (name: string): void => {
    const metadata = { name, namespace: "default" };
    api.server.seed({ apiVersion: "v1", kind: "ConfigMap", metadata });
  };
  without("a");
  api.write("b", "1");
  const { reflector, content } = follow(api.server.url);
  await reflector.synced;
  expect(content()).toEqual({ "default/b": "1" });
  without("b");
  await expect.poll(content, PATIENCE).toEqual({});
});

test("a watch that ended goes on from the last bookmark", async () => {
  const api = await faultyServer({ bookmarkIntervalMs: 10 });
  const { reflector, content } = follow(api.server.url);
  await reflector.synced;
  await expect.poll(() => api.watches.length, PATIENCE).toBe(1);
  const from = api.watches[0]?.query.get("resourceVersion");
  // Another collection moves on: this one hears of it by bookmarks only.
  const metadata = { name: "elsewhere" };
  for (let i = 0; i < 5; i += 1)
    api.server.seed({ apiVersion: "v1", kind: "Namespace", metadata, spec: { i } });
  await expect
    .poll(
      () => {
        api.server.cutConnections();
        return api.watches.at(-1)?.query.get("resourceVersion");
      },
      { ...PATIENCE, interval: 100 },
    )
    .not.toBe(from);
  expect(api.watches.every(({ query }) => query.get("allowWatchBookmarks") === "true")).toBe(true);
  api.write("a", "1");
  await expect.poll(content, PATIENCE).toEqual({ "default/a": "1" });
  expect(api.lists).toHaveLength(1);
});

test("the signal ends it at once, wherever it is", async () => {
  const api = await faultyServer();
  const watching = follow(api.server.url);
  await watching.reflector.synced;
  await expect.poll(() => api.watches.length, PATIENCE).toBe(1);
  watching.stop();
  await watching.reflector.done;

  const gate = Promise.withResolvers<undefined>();
  api.disturb(() => gate.promise);
  const listing = follow(api.server.url);
  await expect.poll(() => api.lists.length, PATIENCE).toBe(2);
  listing.stop();
  await listing.reflector.done;
  gate.resolve(undefined);

  api.disturb(() => ({ status: 429, headers: { "retry-after": "3600" } }));
  const waiting = follow(api.server.url);
  await expect.poll(() => waiting.troubles.length, PATIENCE).toBe(1);
  waiting.stop();
  await waiting.reflector.done;

  expect([watching, listing].flatMap(({ troubles }) => troubles)).toEqual([]);
  expect(api.lists.every(({ path }) => path === COLLECTION)).toBe(true);
});
