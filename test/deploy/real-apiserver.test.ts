/* What the embedded API server takes on trust, a real one judges: every field of every kind, defaults and CEL rules included. */
import { describe, expect, onTestFinished, test } from "vitest";
import { KubeClient } from "../../src/kube/client.ts";
import { findAssets } from "../../src/lab/real-apiserver/assets.ts";
import { realServer } from "../contract/servers/real.ts";
import { createManifest } from "./container/install-shipped.ts";
import { shipped } from "./container/pod-spec.ts";

const assets = findAssets();
const reason =
  assets === undefined ? " [skipped: no real API server here; `make envtest-assets` makes one]" : "";

describe.skipIf(assets === undefined)(`a real API server${reason}`, () => {
  test("takes all of selvedge.yaml and cleanup.yaml, strictly", async () => {
    if (assets === undefined) throw new Error(reason);
    const server = await realServer(assets);
    onTestFinished(() => server.close());
    const client = new KubeClient({
      server: new URL(server.url),
      authorize: () => Promise.resolve({ headers: {}, tls: {} }),
    });
    onTestFinished(() => client.close());
    for (const file of ["selvedge.yaml", "cleanup.yaml"])
      for (const object of shipped(file)) await createManifest(client, object);
    await expect(
      createManifest(client, { ...shipped("cleanup.yaml")[1], spec: { selectr: {} } } as never),
    ).rejects.toThrow(/selectr/);
  });
});
