/* The writer against the embedded API server, which judges Events as the real one does, and fails in the ways it does. */
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import type { Denial } from "../../../src/core/denial.ts";
import { podEnd } from "../../../src/core/end.ts";
import { EventBook, EVENT_LIMITS } from "../../../src/daemon/events/event-book.ts";
import { EventWriter } from "../../../src/daemon/events/event-writer.ts";
import { connect } from "../../../src/kube/connect.ts";
import { startApiServer } from "../../../src/lab/apiserver.ts";
import type { ApiRequest } from "../../../src/lab/apiserver/api-request.ts";
import type { Intercept } from "../../../src/lab/apiserver/intercept.ts";
import { pod } from "../../support/scenario.ts";
import { PATIENCE } from "../fixture.ts";

const db = podEnd(pod("default/db", { uid: "u-db", ips: ["10.0.0.1"] }));
const front = podEnd(pod("default/front", { uid: "u-front", ips: ["10.0.0.2"] }));

const denial = (traffic: string, time = "2026-01-01T00:00:00.000Z"): Denial => ({
  time,
  cause: "ingress",
  from: "default/front",
  to: "default/db",
  source: "10.0.0.2",
  destination: "10.0.0.1",
  traffic,
  policies: ["default/db"],
});

interface Rig {
  readonly writer: EventWriter;
  readonly book: EventBook;
  readonly events: () => readonly Readonly<Record<string, unknown>>[];
  readonly requests: ApiRequest[];
  readonly log: string[];
  /** Deletes all events, as the API server does after an hour. */
  readonly forget: () => Promise<void>;
}

/** Everything is due at once, so that no test waits for a minute. */
async function rig(intercept: Intercept = () => undefined): Promise<Rig> {
  const requests: ApiRequest[] = [];
  const server = await startApiServer({ intercept, onRequest: (request) => requests.push(request) });
  const client = await connect({ server: server.url });
  const stop = new AbortController();
  onTestFinished(async () => {
    stop.abort();
    client.close();
    await server.close();
  });
  const log: string[] = [];
  const book = new EventBook({ ...EVENT_LIMITS, intervalMs: 0 });
  const logger = pino({ level: "warn" }, { write: (line: string) => void log.push(line) });
  const writer = new EventWriter({ node: "n1", client, log: logger, signal: stop.signal, book });
  const events = (): readonly Readonly<Record<string, unknown>>[] =>
    server.objects("events").map((event) => ({ ...event }));
  return {
    writer,
    book,
    events,
    requests,
    log,
    forget: async () => {
      for (const event of server.objects("events"))
        await client.request({
          method: "DELETE",
          path: `/api/v1/namespaces/default/events/${event.metadata.name ?? ""}`,
        });
    },
  };
}

test("writes one event for many denials of a kind, and another for another kind", async () => {
  const { writer, events } = await rig();
  writer.take(denial("TCP/80"), front, db);
  await expect.poll(() => events().length, PATIENCE).toBe(1);
  expect(events()[0]).not.toHaveProperty("series");
  expect(events()[0]).toMatchObject({
    type: "Warning",
    reason: "NetworkPolicyDenied",
    involvedObject: { kind: "Pod", namespace: "default", name: "db", uid: "u-db" },
    related: { kind: "Pod", name: "front" },
    reportingComponent: "selvedge.dev/enforcer",
    reportingInstance: "n1",
    eventTime: "2026-01-01T00:00:00.000000Z",
  });
  for (let second = 1; second < 5; second += 1)
    writer.take(denial("TCP/80", `2026-01-01T00:00:0${second}.500Z`), front, db);
  await expect
    .poll(() => events()[0]?.["series"], PATIENCE)
    .toEqual({ count: 5, lastObservedTime: "2026-01-01T00:00:04.500000Z" });
  writer.take(denial("TCP/81"), front, db);
  await expect.poll(() => events().length, PATIENCE).toBe(2);
});

test("is quiet after one line where events are forbidden, and asks no more for a while", async () => {
  const { writer, requests, log } = await rig(({ method }) =>
    method === "POST"
      ? {
          status: 403,
          body: JSON.stringify({ kind: "Status", message: "events.events.k8s.io is forbidden" }),
        }
      : undefined,
  );
  writer.take(denial("TCP/80"), front, db);
  await expect.poll(() => log.length, PATIENCE).toBe(1);
  for (let port = 0; port < 50; port += 1) writer.take(denial(`TCP/${port}`), front, db);
  await new Promise((resolve) => {
    setTimeout(resolve, 100);
  });
  expect(requests).toHaveLength(1);
  expect(log).toHaveLength(1);
  expect(log[0]).toContain("grant create and patch on events in events.k8s.io");
});

test("tries again where the API server fails, and says so once", async () => {
  let failures = 2;
  const { writer, events, log } = await rig(() => {
    failures -= 1;
    return failures >= 0 ? { status: 503, headers: { "retry-after": "0" } } : undefined;
  });
  writer.take(denial("TCP/80"), front, db);
  await expect
    .poll(() => {
      writer.take(denial("TCP/80"), front, db);
      return events().length;
    }, PATIENCE)
    .toBe(1);
  expect(log).toHaveLength(1);
});

test("makes another event where the first has expired", async () => {
  const { writer, events, forget } = await rig();
  writer.take(denial("TCP/80"), front, db);
  await expect.poll(() => events().length, PATIENCE).toBe(1);
  await forget();
  writer.take(denial("TCP/80"), front, db);
  await expect.poll(() => events()[0]?.["series"], PATIENCE).toMatchObject({ count: 2 });
});

test("drops what is in a namespace that is gone, in silence", async () => {
  const { writer, events, book, log } = await rig();
  const lost = podEnd(pod("gone/db", { uid: "u", ips: ["10.0.0.1"] }));
  writer.take(denial("TCP/80"), front, lost);
  await expect.poll(() => book.untold, PATIENCE).toBe(1);
  writer.take(denial("TCP/80"), front, db);
  await expect.poll(() => events().length, PATIENCE).toBe(1);
  expect(log).toEqual([]);
});

test("an API server that never answers keeps nobody waiting, and nothing is asked twice at a time", async () => {
  const { writer, requests } = await rig(() => new Promise(() => undefined));
  for (let port = 0; port < 1_000; port += 1) writer.take(denial(`TCP/${port}`), front, db);
  await expect.poll(() => requests.length, PATIENCE).toBe(1);
  await new Promise((resolve) => {
    setTimeout(resolve, 50);
  });
  expect(requests).toHaveLength(1);
});
