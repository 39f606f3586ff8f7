import { describe, expect, test } from "vitest";
import type { WatchSession } from "./client.ts";
import { CONFIG_MAPS, configMap, dig, useServer } from "./fixture.ts";

const names = async (watch: WatchSession, count: number): Promise<string[]> => {
  const seen: string[] = [];
  while (seen.length < count) {
    const event = await watch.next();
    if (event === undefined) break;
    seen.push(`${event.type} ${String(event.object.metadata["name"])}`);
  }
  watch.close();
  return seen;
};

describe("a watch", () => {
  const use = useServer({ historyLength: 5, bookmarkIntervalMs: 20 });

  test("that resumes gets what it missed, once and in order", async () => {
    const { client, server } = use();
    const from = server.resourceVersion();
    await client.send("POST", CONFIG_MAPS, configMap("r1"));
    await client.send("PUT", `${CONFIG_MAPS}/r1`, configMap("r1", { a: "1" }));
    const watch = await client.watch(`${CONFIG_MAPS}?watch=true&resourceVersion=${from}`);
    await client.send("DELETE", `${CONFIG_MAPS}/r1`);
    expect(await names(watch, 3)).toEqual(["ADDED r1", "MODIFIED r1", "DELETED r1"]);
  });

  test("of another namespace or resource sees nothing of it", async () => {
    const { client, server } = use();
    const query = `watch=true&resourceVersion=${server.resourceVersion()}`;
    const elsewhere = await client.watch(`/api/v1/namespaces/kube-system/configmaps?${query}`);
    const everywhere = await client.watch(`/api/v1/configmaps?${query}`);
    await client.send("POST", "/api/v1/namespaces/default/serviceaccounts", {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "sa" },
    });
    await client.send("POST", CONFIG_MAPS, configMap("here"));
    await client.send("POST", "/api/v1/namespaces/kube-system/configmaps", configMap("there"));
    expect(await names(everywhere, 2)).toEqual(["ADDED here", "ADDED there"]);
    expect(await names(elsewhere, 1)).toEqual(["ADDED there"]);
  });

  test("from an expired version ends with 410 in the stream", async () => {
    const { client, server } = use();
    const from = server.resourceVersion();
    await client.send("POST", CONFIG_MAPS, configMap("e1"));
    server.expireHistory();
    const watch = await client.watch(`${CONFIG_MAPS}?watch=true&resourceVersion=${from}`);
    const error = await watch.next();
    expect(watch.status).toBe(200);
    expect(error).toMatchObject({ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired" } });
    expect(dig(error, "object", "message")).toBe(
      `too old resource version: ${from} (${server.resourceVersion()})`,
    );
    expect(await watch.next()).toBeUndefined();
  });

  test("from the newest version goes on although the past is forgotten", async () => {
    const { client, server } = use();
    server.expireHistory();
    const watch = await client.watch(`${CONFIG_MAPS}?watch=true&resourceVersion=${server.resourceVersion()}`);
    await client.send("POST", CONFIG_MAPS, configMap("fresh"));
    expect(await names(watch, 1)).toEqual(["ADDED fresh"]);
  });

  test("finds the bounded history expired after enough writes elsewhere", async () => {
    const { client, server } = use();
    const from = server.resourceVersion();
    for (let index = 0; index < 20; index++)
      await client.send("POST", CONFIG_MAPS, configMap(`many-${index}`));
    const watch = await client.watch(`${CONFIG_MAPS}?watch=true&resourceVersion=${from}`);
    expect(await watch.next()).toMatchObject({ type: "ERROR", object: { code: 410 } });
    const recent = Number(server.resourceVersion()) - 5;
    const resumed = await client.watch(`${CONFIG_MAPS}?watch=true&resourceVersion=${recent}`);
    expect(await names(resumed, 5)).toEqual([15, 16, 17, 18, 19].map((index) => `ADDED many-${index}`));
  });

  test("from a version to come passes over what comes before it", async () => {
    const { client, server } = use();
    const from = Number(server.resourceVersion()) + 1;
    const watch = await client.watch(`${CONFIG_MAPS}?watch=true&resourceVersion=${from}`);
    await client.send("POST", CONFIG_MAPS, configMap("soon"));
    await client.send("POST", CONFIG_MAPS, configMap("after"));
    expect(await names(watch, 1)).toEqual(["ADDED after"]);
  });

  test("is told by bookmarks how far it has come", async () => {
    const { client, server } = use();
    const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${server.resourceVersion()}`;
    const watch = await client.watch(`/api/v1/secrets?${query}`);
    await client.send("POST", CONFIG_MAPS, configMap("elsewhere"));
    const bookmark = await watch.next();
    expect(bookmark?.type).toBe("BOOKMARK");
    expect(Object.keys(bookmark?.object.metadata ?? {})).toEqual(["resourceVersion"]);
    watch.close();
  });

  test("as a table names its columns once", async () => {
    const { client } = use();
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
    const query = "watch=true&labelSelector=table&timeoutSeconds=1";
    for (const name of ["t1", "t2"])
      await client.send("POST", CONFIG_MAPS, configMap(name, {}, { labels: { table: "" } }));
    const { text } = await client.send("GET", `/api/v1/configmaps?${query}`, undefined, {
      headers: { accept },
    });
    const tables = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    expect(tables.map((event) => dig(event, "object", "rows", 0, "cells", 0))).toEqual(["t1", "t2"]);
    expect(tables.map((event) => Array.isArray(dig(event, "object", "columnDefinitions")))).toEqual([
      true,
      false,
    ]);
  });
});

describe("a paged list", () => {
  const use = useServer();

  test("shows the state of its first page, whatever is written meanwhile", async () => {
    const { client } = use();
    for (const name of ["a", "b", "c", "d"])
      await client.send("POST", CONFIG_MAPS, configMap(name, { v: "1" }));
    const first = await client.json("GET", `${CONFIG_MAPS}?limit=2`);
    await client.send("PUT", `${CONFIG_MAPS}/c`, configMap("c", { v: "2" }));
    await client.send("DELETE", `${CONFIG_MAPS}/d`);
    await client.send("POST", CONFIG_MAPS, configMap("e"));
    const rest = await client.json(
      "GET",
      `${CONFIG_MAPS}?limit=9&continue=${String(dig(first, "metadata", "continue"))}`,
    );
    expect(dig(rest, "items", 0)).toMatchObject({ metadata: { name: "c" }, data: { v: "1" } });
    expect(dig(rest, "items", 1)).toMatchObject({ metadata: { name: "d" } });
    expect(dig(rest, "items", 2)).toBeUndefined();
    expect(dig(rest, "metadata")).toEqual({ resourceVersion: dig(first, "metadata", "resourceVersion") });
  });

  test("expires, and may be gone on with inconsistently", async () => {
    const { client, server } = use();
    const first = await client.json("GET", `${CONFIG_MAPS}?limit=1`);
    await client.send("POST", CONFIG_MAPS, configMap("later"));
    server.expireHistory();
    const path = `${CONFIG_MAPS}?limit=9&continue=`;
    const refused = await client.json("GET", path + String(dig(first, "metadata", "continue")));
    expect(refused).toMatchObject({ kind: "Status", code: 410, reason: "Expired" });
    const rest = await client.json("GET", path + String(dig(refused, "metadata", "continue")));
    expect((dig(rest, "items") as unknown[]).map((item) => dig(item, "metadata", "name"))).toEqual([
      "b",
      "c",
      "e",
      "later",
    ]);
  });

  test("of an exact past version is that past", async () => {
    const { client, server } = use();
    await client.send("POST", CONFIG_MAPS, configMap("exact"));
    const then = server.resourceVersion();
    await client.send("DELETE", `${CONFIG_MAPS}/exact`);
    const query = `fieldSelector=metadata.name=exact&resourceVersion=${then}&resourceVersionMatch=Exact`;
    const past = await client.json("GET", `${CONFIG_MAPS}?${query}`);
    expect(past).toMatchObject({
      metadata: { resourceVersion: then },
      items: [{ metadata: { name: "exact" } }],
    });
  });

  test("waits for a version that is about to come", async () => {
    const { client, server } = use();
    const next = Number(server.resourceVersion()) + 1;
    const pending = client.json("GET", `${CONFIG_MAPS}?resourceVersion=${next}`);
    await client.send("POST", CONFIG_MAPS, configMap("awaited"));
    expect(await pending).toMatchObject({ kind: "ConfigMapList" });
  });
});
