import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { stringify } from "yaml";
import { connect } from "../../src/kube/connect.ts";
import { startReflector } from "../../src/kube/reflector.ts";
import { Store } from "../../src/kube/store.ts";
import { Backoff } from "../../src/kube/backoff.ts";
import { startApiServer } from "../../src/lab/apiserver.ts";
import { PATIENCE } from "../kube/reflector/fixture.ts";

test("a token that is rotated on disk is taken up, and what was refused with the old one goes on", async () => {
  const folder = await mkdtemp(join(tmpdir(), "token-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const tokenFile = join(folder, "token");
  const kubeconfig = join(folder, "kubeconfig");
  let valid = "first";
  let refused = 0;
  const server = await startApiServer({
    intercept: ({ headers }) => {
      if (headers["authorization"] === `Bearer ${valid}`) return undefined;
      refused += 1;
      return { status: 401 };
    },
  });
  onTestFinished(() => server.close());
  await writeFile(tokenFile, valid);
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server: server.url, "insecure-skip-tls-verify": true } }],
    // As the service account of a pod is read.
    users: [{ name: "u", user: { "auth-provider": { name: "tokenFile", config: { tokenFile } } } }],
    contexts: [{ name: "here", context: { cluster: "c", user: "u" } }],
    "current-context": "here",
  };
  await writeFile(kubeconfig, stringify(config));
  const client = await connect({ kubeconfig });
  const stop = new AbortController();
  const troubles: string[] = [];
  let recoveries = 0;
  const store = new Store<string>();
  const reflector = startReflector({
    client,
    path: "/api/v1/namespaces",
    read: () => "there",
    store,
    signal: stop.signal,
    backoff: new Backoff(2, 40),
    onTrouble: (trouble) => troubles.push(trouble),
    onRecovery: () => {
      recoveries += 1;
    },
  });
  onTestFinished(async () => {
    stop.abort();
    await reflector.done;
    client.close();
  });
  await reflector.synced;
  valid = "second";
  await writeFile(tokenFile, valid);
  server.cutConnections();
  await expect.poll(() => refused, PATIENCE).toBeGreaterThan(2);
  expect(troubles).toHaveLength(1);
  // The client reads the file again once what it has read is a minute old.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61_000 });
  onTestFinished(() => void vi.useRealTimers());
  server.seed({ apiVersion: "v1", kind: "Namespace", metadata: { name: "new" } });
  await expect.poll(() => store.get("new"), PATIENCE).toBe("there");
  expect(recoveries).toBe(1);
});
