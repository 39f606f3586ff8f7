/* The recording that the embedded server is held against is of one day: a real server of now must still answer so. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/lab/apiserver/kube-object.ts";
import { findAssets } from "../../../src/lab/real-apiserver/assets.ts";
import { type RealApiServer, startRealApiServer } from "../../../src/lab/real-apiserver/real-apiserver.ts";
import { must } from "../../support/must.ts";
import { type Recording, normalised } from "./brief.ts";
import recording from "./recording-1.36.2.json" with { type: "json" };
import { replay } from "./replay.ts";

const assets = findAssets();
const reason =
  assets === undefined ? " [skipped: no real API server here; `make envtest-assets` makes one]" : "";

const LEFT_OUT = new Set(["bookmark-after-60s"]);

/** What Debian's etcd, older than the recorded cluster's, makes other, each with its reason. */
const DIFFERS: Readonly<Record<string, string>> = {
  "watch-sendInitialEvents": "kube-apiserver refuses it with an etcd that cannot be asked for its progress",
};

/** What is compared: versions get their rank among what is there, so both sides lack the same. */
const comparable = (all: Recording): Readonly<Record<string, unknown>> =>
  normalised(
    Object.fromEntries(Object.entries(all).filter(([name]) => !LEFT_OUT.has(name) && !(name in DIFFERS))),
  );

describe.skipIf(assets === undefined)(`a real API server answers as the recorded one did${reason}`, () => {
  const recorded = comparable(recording);
  let server: RealApiServer | undefined;
  let answered: Recording = {};

  beforeAll(async () => {
    if (assets === undefined) throw new Error(reason);
    const { url } = (server = await startRealApiServer(assets, { token: "good" }));
    let seeded = 0;
    const seed = async (object: KubeObject): Promise<void> => {
      seeded += 1;
      const { namespace, name } = object.metadata;
      const path = `/api/v1/namespaces/${namespace}/configmaps`;
      // The same one again would be no write.
      const metadata = { namespace, name: namespace === "default" ? `${name}-${seeded}` : name };
      const { status } = await fetch(`${url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...object, metadata }),
      });
      expect(status).toBe(201);
    };
    answered = await replay({ url, seed }, LEFT_OUT);
  });
  afterAll(() => server?.close());

  test("in the same exchanges, but for a watch that takes a minute", () => {
    const names = Object.keys(recording).filter((name) => !LEFT_OUT.has(name));
    expect(Object.keys(answered).sort()).toEqual(names.sort());
  });

  test.each(Object.keys(recorded))("%s", (name) => {
    expect(comparable(answered)[name]).toEqual(recorded[name]);
  });

  test.each(Object.entries(DIFFERS))("%s differs: %s", (name) => {
    const both = [answered, recording as Recording].map((all) => normalised({ [name]: must(all[name]) }));
    expect(both[0], "no longer differs").not.toEqual(both[1]);
  });
});
