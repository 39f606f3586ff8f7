import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiServer, startApiServer } from "../../../src/lab/apiserver.ts";
import { normalised } from "./brief.ts";
import recording from "./recording-1.36.2.json" with { type: "json" };
import { replay } from "./replay.ts";

/** Exchanges that differ on purpose, each with its reason. One that no longer differs fails. */
const DIFFERS: Readonly<Record<string, string>> = {};

describe("the embedded server answers as kube-apiserver 1.36.2 did", () => {
  const real = normalised(recording);
  let server: ApiServer;
  let ours: Readonly<Record<string, unknown>> = {};

  beforeAll(async () => {
    // A bookmark comes after the watches that must see none have ended, and long before 60 s.
    server = await startApiServer({
      token: "good",
      bookmarkIntervalMs: 1500,
      futureWaitMs: 50,
      now: () => new Date("2026-01-01T00:00:00Z"),
    });
    ours = normalised(await replay(server));
  });
  afterAll(() => server.close());

  test("in the same exchanges", () => {
    expect(Object.keys(ours).sort()).toEqual(Object.keys(real).sort());
  });

  test.each(Object.keys(real))("%s", (name) => {
    const reason = DIFFERS[name];
    if (reason === undefined) expect(ours[name]).toEqual(real[name]);
    else expect(ours[name], `no longer differs: ${reason}`).not.toEqual(real[name]);
  });

  test("the comparison sees a resource version that comes out of order", () => {
    const { "lease-put": put } = recording;
    const swapped = { ...recording, "lease-put": { ...put, body: { ...put.body, rv: "1" } } };
    expect(normalised(swapped)["lease-put"]).not.toEqual(real["lease-put"]);
  });

  test("no difference is listed that was never recorded", () => {
    expect(Object.keys(DIFFERS).filter((name) => !(name in real))).toEqual([]);
  });
});
