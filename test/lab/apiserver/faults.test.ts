import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { afterAll, describe, expect, test } from "vitest";
import type { ApiRequest } from "../../../src/lab/apiserver/api-request.ts";
import type { Intercept } from "../../../src/lab/apiserver/intercept.ts";
import { startApiServer } from "../../../src/lab/apiserver.ts";
import { CONFIG_MAPS, configMap, useServer } from "./fixture.ts";

describe("what a test may do to the server", () => {
  let intercept: Intercept = () => undefined;
  const seen: ApiRequest[] = [];
  const use = useServer({
    intercept: (request) => intercept(request),
    onRequest: (request) => seen.push(request),
  });

  test("answer 429 with Retry-After", async () => {
    intercept = () => ({ status: 429, headers: { "retry-after": "7" }, body: "slow down" });
    const exchange = await use().client.send("GET", CONFIG_MAPS);
    intercept = () => undefined;
    expect(exchange).toMatchObject({ status: 429, text: "slow down", headers: { "retry-after": "7" } });
  });

  test("cut a connection", async () => {
    intercept = () => "cut";
    await expect(use().client.send("GET", CONFIG_MAPS)).rejects.toThrow(/socket hang up|ECONNRESET/u);
    intercept = () => undefined;
  });

  test("hold a request back", async () => {
    const { client } = use();
    const gate = Promise.withResolvers<undefined>();
    intercept = ({ verb }) => (verb === "create" ? gate.promise : undefined);
    const held = client.send("POST", CONFIG_MAPS, configMap("held"));
    expect((await client.send("GET", `${CONFIG_MAPS}/held`)).status).toBe(404);
    gate.resolve(undefined);
    expect((await held).status).toBe(201);
    intercept = () => undefined;
  });

  test("cut every watch, and let it come back", async () => {
    const { client, server } = use();
    const watch = await client.watch(`${CONFIG_MAPS}?watch=true`);
    await watch.next();
    server.cutConnections();
    expect(await watch.next().catch(() => undefined)).toBeUndefined();
    expect((await client.send("GET", CONFIG_MAPS)).status).toBe(200);
  });

  test("see what RBAC would be asked", async () => {
    const { client } = use();
    seen.length = 0;
    await client.send("GET", "/apis/apps/v1/namespaces/n/deployments/d/status");
    await client.send("GET", "/api/v1/namespaces/n");
    await client.send("GET", "/api/v1/namespaces");
    await client.send("GET", "/version");
    await client.send("DELETE", "/api/v1/namespaces/n/pods?labelSelector=a");
    expect(
      seen.map(({ verb, target }) => [
        verb,
        target?.group,
        target?.plural,
        target?.namespace,
        target?.name,
        target?.subresource,
      ]),
    ).toEqual([
      ["get", "apps", "deployments", "n", "d", "status"],
      ["get", "", "namespaces", "", "n", ""],
      ["list", "", "namespaces", "", "", ""],
      [undefined, undefined, undefined, undefined, undefined, undefined],
      ["deletecollection", "", "pods", "n", "", ""],
    ]);
  });

  test("furnish the cluster", async () => {
    const { client, server } = use();
    const status = { phase: "Running", podIP: "10.0.0.1" };
    server.seed({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", namespace: "default" },
      spec: {},
      status,
    });
    expect(await client.json("GET", "/api/v1/namespaces/default/pods/p")).toMatchObject({ status });
    expect(() => server.seed({ apiVersion: "v9", kind: "Pod", metadata: { name: "p" } })).toThrow(
      "no resource serves",
    );
  });

  test("judge objects in its own way", async () => {
    const server = await startApiServer({
      validate: (resource) =>
        resource.kind === "ConfigMap"
          ? [{ field: "data", message: "Forbidden: no data", reason: "FieldValueForbidden" }]
          : [],
    });
    const response = await fetch(server.url + CONFIG_MAPS, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(configMap("x")),
    });
    expect(await response.json()).toMatchObject({
      code: 422,
      message: 'ConfigMap "x" is invalid: data: Forbidden: no data',
    });
    await server.close();
  });
});

describe("a unix socket", () => {
  const folder = mkdtemp(join(tmpdir(), "apiserver-"));
  afterAll(async () => rm(await folder, { recursive: true }));

  test("leads to the same cluster", async () => {
    const socketPath = join(await folder, "api.sock");
    const server = await startApiServer({ socketPath });
    const answer = await new Promise<unknown>((resolve, reject) => {
      const sent = request({ socketPath, path: "/api/v1/namespaces/default" }, (response) =>
        resolve(json(response)),
      );
      sent.once("error", reject);
      sent.end();
    });
    expect(answer).toMatchObject({ kind: "Namespace", metadata: { name: "default" } });
    await server.close();
  });
});
