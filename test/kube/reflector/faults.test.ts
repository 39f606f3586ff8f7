import { createServer } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { Backoff } from "../../../src/kube/backoff.ts";
import type { Intercept } from "../../../src/lab/apiserver/intercept.ts";
import { startApiServer } from "../../../src/lab/apiserver.ts";
import { PATIENCE, faultyServer, follow } from "./fixture.ts";
import { flakyLink } from "./flaky-link.ts";

/** Replaces the next so many requests of a verb; the others pass. */
function next(verb: "list" | "watch", count: number, answer: Awaited<ReturnType<Intercept>>): Intercept {
  let left = count;
  return (request) => {
    if (request.verb !== verb || left === 0) return undefined;
    left -= 1;
    return answer;
  };
}

const answers = {
  "a proxy's page": { status: 502, headers: { "content-type": "text/html" }, body: "<html>Bad gateway" },
  "a page that claims to be an answer": { status: 200, body: "<html>Welcome" },
  "an empty answer": { status: 200, body: "" },
  "JSON that is no listing": { status: 200, body: "[]" },
  "a listing without a version": { status: 200, body: '{"metadata":{},"items":[]}' },
  "half an answer": { status: 200, body: '{"metadata":{"resourceVersion":"1"},"items":[{"meta' },
  "an internal error": { status: 500, body: '{"kind":"Status","message":"etcdserver: no leader"}' },
  "a redirect": { status: 302, headers: { location: "http://127.0.0.1:1/" } },
  "a refusal": { status: 403, body: '{"kind":"Status","message":"forbidden"}' },
  "a cut connection": "cut",
} as const satisfies Record<string, Awaited<ReturnType<Intercept>>>;

describe("instead of a listing", () => {
  test.each(Object.entries(answers))("%s: said once, tried again", async (_, answer) => {
    const api = await faultyServer();
    api.write("a", "1");
    api.disturb(next("list", 3, answer));
    const { reflector, content, troubles, recoveries } = follow(api.server.url);
    await reflector.synced;
    expect(content()).toEqual({ "default/a": "1" });
    expect(troubles).toHaveLength(1);
    expect(recoveries).toHaveLength(1);
  });
});

describe("instead of a watch", () => {
  test.each(Object.entries(answers))(
    "%s: what was taken stays, and it is watched again",
    async (_, answer) => {
      const api = await faultyServer();
      api.write("a", "1");
      api.disturb(next("watch", 3, answer));
      const { reflector, content, troubles } = follow(api.server.url);
      await reflector.synced;
      await expect.poll(() => api.watches.length, PATIENCE).toBe(4);
      expect(content()).toEqual({ "default/a": "1" });
      api.write("b", "1");
      await expect.poll(content, PATIENCE).toEqual(api.content());
      expect(troubles.length).toBeLessThanOrEqual(1);
      expect(api.lists).toHaveLength(1);
    },
  );
});

describe("what has expired is listed anew", () => {
  test("told within the watch; what was deleted meanwhile is gone", async () => {
    const api = await faultyServer();
    api.write("a", "1");
    api.write("b", "1");
    const { reflector, content, troubles } = follow(api.server.url);
    await reflector.synced;
    api.disturb(next("watch", 1, "cut"));
    api.server.cutConnections();
    await api.erase("a");
    api.write("b", "2");
    api.server.expireHistory();
    await expect.poll(content, PATIENCE).toEqual({ "default/b": "2" });
    expect(api.lists).toHaveLength(2);
    // A cut is said; that too much was missed is the ordinary course of things.
    expect(troubles.length).toBeLessThanOrEqual(1);
  });

  test("told as the watch's status", async () => {
    const api = await faultyServer();
    api.disturb(next("watch", 1, { status: 410, body: '{"kind":"Status","code":410,"reason":"Expired"}' }));
    const { reflector, content, troubles } = follow(api.server.url);
    await reflector.synced;
    api.write("a", "1");
    await expect.poll(content, PATIENCE).toEqual({ "default/a": "1" });
    expect(api.lists).toHaveLength(2);
    expect(troubles).toEqual([]);
  });

  test("told between two pages: no half of an older listing is kept", async () => {
    const api = await faultyServer();
    for (let i = 0; i < 600; i += 1) api.write(`c${i}`, "1");
    let isExpired = false;
    const seenEarly: string[] = [];
    api.disturb(async ({ verb, query }) => {
      if (verb !== "list") return undefined;
      seenEarly.push(...Object.keys(content()));
      if (!query.has("continue") || isExpired) return undefined;
      isExpired = true;
      await api.erase("c0");
      api.server.expireHistory();
      return undefined;
    });
    const { reflector, content } = follow(api.server.url);
    await reflector.synced;
    expect(content()).toEqual(api.content());
    expect(content()).not.toHaveProperty("default/c0");
    expect(seenEarly).toEqual([]);
    expect(api.lists.map(({ query }) => query.has("continue"))).toEqual([false, true, false, true]);
  });

  test("again and again: with growing pauses", async () => {
    const api = await faultyServer();
    api.disturb(({ verb }) => (verb === "watch" ? { status: 410 } : undefined));
    const pauses = countedPauses();
    follow(api.server.url, pauses);
    await expect.poll(() => api.lists.length, PATIENCE).toBeGreaterThan(9);
    expect(pauses.taken()).toBeGreaterThanOrEqual(api.lists.length - 1);
    expect(pauses.resets()).toBe(0);
  });
});

describe("an overloaded server", () => {
  test("is left alone as long as it asks for, in seconds", async () => {
    const [polite, plain] = await Promise.all([faultyServer(), faultyServer()]);
    polite.disturb(() => ({ status: 429, headers: { "retry-after": "1" } }));
    plain.disturb(() => ({ status: 429 }));
    for (const { server } of [polite, plain]) follow(server.url);
    await expect.poll(() => polite.lists.length, PATIENCE).toBe(2);
    expect(plain.lists.length).toBeGreaterThan(10);
  });

  test.each(["soon", "-5", "0", "", "Wed, 21 Oct 2015 07:28:00 GMT"])(
    "that asks for %j is tried with the ordinary pauses",
    async (value) => {
      const api = await faultyServer();
      api.disturb(() => ({ status: 429, headers: { "retry-after": value } }));
      const pauses = countedPauses();
      follow(api.server.url, pauses);
      await expect.poll(() => api.lists.length, PATIENCE).toBeGreaterThan(9);
      expect(pauses.taken()).toBeGreaterThanOrEqual(api.lists.length - 1);
      expect(pauses.resets()).toBe(0);
    },
  );

  test("that asks for a lifetime is not taken for one that asks for nothing", async () => {
    const api = await faultyServer();
    api.disturb(() => ({ status: 503, headers: { "retry-after": "99999999999" } }));
    const { troubles } = follow(api.server.url);
    await expect.poll(() => troubles.length, PATIENCE).toBe(1);
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    expect(api.lists).toHaveLength(1);
  });
});

describe("connections", () => {
  test("cut in mid-line lose no event and make none up", async () => {
    const api = await faultyServer();
    const link = await flakyLink(api.server.url);
    const { reflector, content } = follow(link.url);
    await reflector.synced;
    const before = { ...content() };
    expect(before).toEqual({});
    for (let i = 0; i < 12; i += 1) {
      link.cutAfter(40 + 61 * i);
      api.write(`c${i}`, "x".repeat(300));
      await expect.poll(content, PATIENCE).toEqual(api.content());
    }
    expect(api.lists).toHaveLength(1);
  });

  test("that answer byte by byte are as good as others", async () => {
    const api = await faultyServer();
    const link = await flakyLink(api.server.url);
    link.crumble();
    api.write("a", "grüße, 世界");
    const { reflector, content, troubles } = follow(link.url);
    await reflector.synced;
    api.write("b", "ünïcode 🧵");
    await expect.poll(content, PATIENCE).toEqual(api.content());
    expect(troubles).toEqual([]);
  });

  test("refused for a while: said once, what was taken stays, and all is caught up with", async () => {
    const api = await faultyServer();
    api.write("a", "1");
    api.write("b", "1");
    const link = await flakyLink(api.server.url);
    const { reflector, content, troubles, recoveries } = follow(link.url);
    await reflector.synced;
    await link.refuse();
    await api.erase("a");
    api.write("c", "1");
    await expect.poll(() => troubles.length, PATIENCE).toBe(1);
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
    expect(content()).toEqual({ "default/a": "1", "default/b": "1" });
    expect(troubles).toHaveLength(1);
    expect(recoveries).toHaveLength(0);
    await link.welcome();
    await expect.poll(content, PATIENCE).toEqual(api.content());
    expect(recoveries).toHaveLength(1);
    expect(api.lists).toHaveLength(1);
  });

  test("refused and back while the collection is quiet: the end of the interruption is told all the same", async () => {
    const api = await faultyServer();
    const link = await flakyLink(api.server.url);
    const { reflector, troubles, recoveries } = follow(link.url);
    await reflector.synced;
    await link.refuse();
    await expect.poll(() => troubles.length, PATIENCE).toBe(1);
    await link.welcome();
    await expect.poll(() => recoveries.length, PATIENCE).toBe(1);
  });

  test("that swallow a request for a listing are given up", async () => {
    const api = await faultyServer();
    const link = await flakyLink(api.server.url);
    link.swallow();
    const { reflector, troubles } = follow(link.url, { pageTimeout: 50 });
    await expect.poll(() => troubles.length, PATIENCE).toBe(1);
    link.cut();
    link.deliver();
    await reflector.synced;
  });
});

describe("a server that was restarted on its port", () => {
  test("with none of its past", async () => {
    const port = await freePort();
    const first = await startApiServer({ port });
    const value = (name: string): Parameters<typeof first.seed>[0] => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "default" },
      data: { value: "1" },
    });
    first.seed(value("a"));
    first.seed(value("b"));
    const { reflector, content, troubles } = follow(first.url);
    await reflector.synced;
    await first.close();
    await expect.poll(() => troubles.length, PATIENCE).toBe(1);
    const second = await startApiServer({ port });
    for (let i = 0; i < 50; i += 1) second.seed(value("b"));
    second.expireHistory();
    await expect.poll(content, PATIENCE).toEqual({ "default/b": "1" });
    await second.close();
  });
});

describe("a server that ends every watch at once", () => {
  const event = (version: number): string =>
    `${JSON.stringify({ type: "BOOKMARK", object: { metadata: { resourceVersion: `${version}` } } })}\n`;

  test.each([
    { watch: "that said nothing", body: () => "" },
    { watch: "that said nothing new", body: () => event(7) },
    { watch: "with an error", body: () => '{"type":"ERROR","object":{"code":500,"message":"no"}}\n' },
  ])("$watch: is asked less and less often", async ({ body }) => {
    const api = await faultyServer();
    api.disturb(({ verb }) => (verb === "watch" ? { status: 200, body: body() } : undefined));
    const pauses = countedPauses();
    follow(api.server.url, pauses);
    await expect.poll(() => api.watches.length, PATIENCE).toBeGreaterThan(9);
    expect(pauses.taken()).toBeGreaterThanOrEqual(api.watches.length - 1);
    // The first word of a version is news.
    expect(pauses.resets()).toBeLessThanOrEqual(1);
  });

  test("with news each time: is asked again after a pause, which does not grow", async () => {
    const api = await faultyServer();
    let version = 1_000;
    api.disturb(({ verb }) => (verb === "watch" ? { status: 200, body: event((version += 1)) } : undefined));
    const pauses = countedPauses();
    const { troubles } = follow(api.server.url, pauses);
    await expect.poll(() => api.watches.length, PATIENCE).toBeGreaterThan(9);
    expect(pauses.taken()).toBeGreaterThanOrEqual(api.watches.length - 1);
    expect(pauses.resets()).toBeGreaterThanOrEqual(api.watches.length - 1);
    expect(troubles).toEqual([]);
  });
});

test("an event of a kind that does not exist is not passed over in silence", async () => {
  const api = await faultyServer();
  api.disturb(next("watch", 1, { status: 200, body: '{"type":"RENAMED","object":{"metadata":{}}}\n' }));
  const { troubles } = follow(api.server.url);
  await expect.poll(() => troubles.length, PATIENCE).toBe(1);
});

/** Short pauses that are counted: what has one before each try, and never starts over, is asked less and less often. */
function countedPauses(): {
  readonly backoff: Backoff;
  readonly taken: () => number;
  readonly resets: () => number;
} {
  const backoff = new Backoff(1, 4);
  const next = vi.spyOn(backoff, "next");
  const reset = vi.spyOn(backoff, "reset");
  return { backoff, taken: () => next.mock.calls.length, resets: () => reset.mock.calls.length };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return address.port;
}
