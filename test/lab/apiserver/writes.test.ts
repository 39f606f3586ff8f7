import { describe, expect, test } from "vitest";
import { type Loose, MERGE } from "./client.ts";
import { CONFIG_MAPS, configMap, dig, networkPolicy, PODS, POLICIES, useServer } from "./fixture.ts";

const pod = (
  name: string,
  spec: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, labels: { app: name } },
  spec: { containers: [{ name: "c", image: "i" }], ...spec },
});

describe("a write", () => {
  const use = useServer();

  test("stores a NetworkPolicy as the API defaults it", async () => {
    const { client } = use();
    const spec = {
      ingress: [{ from: [], ports: [{ port: 80 }, { port: "dns", protocol: "UDP" }] }],
      egress: [],
    };
    const stored = await client.json("POST", POLICIES, networkPolicy("defaults", spec));
    expect(stored["spec"]).toEqual({
      podSelector: {},
      ingress: [
        {
          ports: [
            { port: 80, protocol: "TCP" },
            { port: "dns", protocol: "UDP" },
          ],
        },
      ],
      policyTypes: ["Ingress"],
    });
    const both = await client.json(
      "POST",
      POLICIES,
      networkPolicy("both", { podSelector: {}, egress: [{}] }),
    );
    expect(dig(both, "spec", "policyTypes")).toEqual(["Ingress", "Egress"]);
  });

  test("counts a generation for the spec and not for metadata", async () => {
    const { client } = use();
    await client.send("POST", POLICIES, networkPolicy("counted", { podSelector: {} }));
    const path = `${POLICIES}/counted`;
    const labelled = await client.json("PATCH", path, { metadata: { labels: { a: "b" } } }, MERGE);
    const changed = await client.json("PATCH", path, { spec: { egress: [{}] } }, MERGE);
    const repeated = await client.json("PATCH", path, { spec: { egress: [{}] } }, MERGE);
    expect([labelled, changed, repeated].map((object) => dig(object, "metadata", "generation"))).toEqual([
      1, 2, 2,
    ]);
    expect(dig(repeated, "metadata", "resourceVersion")).toBe(dig(changed, "metadata", "resourceVersion"));
  });

  test("keeps status and spec apart", async () => {
    const { client } = use();
    const created = await client.json("POST", PODS, { ...pod("apart"), status: { podIP: "10.0.0.1" } });
    expect(created["status"]).toEqual({ phase: "Pending", qosClass: "BestEffort" });
    const running = { status: { phase: "Running", podIP: "10.0.0.1" }, spec: { nodeName: "ignored" } };
    const told = await client.json("PATCH", `${PODS}/apart/status`, running, MERGE);
    expect(told).toMatchObject({
      status: { phase: "Running", podIP: "10.0.0.1" },
      metadata: { generation: 1 },
    });
    expect(dig(told, "spec", "nodeName")).toBeUndefined();
    const bound = { status: { phase: "Failed" }, spec: { nodeName: "n1" } };
    const patched = await client.json("PATCH", `${PODS}/apart`, bound, MERGE);
    expect(patched).toMatchObject({ status: { phase: "Running" }, spec: { nodeName: "n1" } });
  });

  test("that is a dry run leaves nothing behind", async () => {
    const { client, server } = use();
    await client.send("POST", CONFIG_MAPS, configMap("real", { a: "1" }));
    const before = server.resourceVersion();
    await client.send("POST", `${CONFIG_MAPS}?dryRun=All`, configMap("imagined"));
    const tried = await client.json("PUT", `${CONFIG_MAPS}/real?dryRun=All`, configMap("real", { a: "2" }));
    await client.send("DELETE", `${CONFIG_MAPS}/real?dryRun=All`);
    expect(tried).toMatchObject({ data: { a: "2" } });
    expect(server.resourceVersion()).toBe(before);
  });

  test("warns of unknown fields, and drops them", async () => {
    const { client } = use();
    const exchange = await client.send("POST", CONFIG_MAPS, { ...configMap("warned"), zzz: 1 });
    expect(exchange.headers["warning"]).toBe(String.raw`299 - "unknown field \"zzz\""`);
    expect(JSON.parse(exchange.text)).not.toHaveProperty("zzz");
  });

  test("keeps a Lease's microseconds as they are written", async () => {
    const { client } = use();
    const spec = { holderIdentity: "a", renewTime: "2026-01-01T00:00:00.120000Z" };
    const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: "l" }, spec };
    const path = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
    expect(await client.json("POST", path, lease)).toMatchObject({ spec });
    const { status } = await client.send(
      "PATCH",
      `${path}/l`,
      { spec: { renewTime: "2026-01-01T00:00:00Z" } },
      { headers: MERGE },
    );
    expect(status).toBe(400);
  });

  test("lets a node register with its status", async () => {
    const status = { addresses: [{ type: "InternalIP", address: "10.0.0.1" }] };
    const node = { apiVersion: "v1", kind: "Node", metadata: { name: "n1" }, status };
    expect(await use().client.json("POST", "/api/v1/nodes", node)).toMatchObject({ status });
  });

  test("of a media type that is no object is refused", async () => {
    const headers = { "content-type": "text/plain" };
    const { text } = await use().client.send("POST", CONFIG_MAPS, configMap("x"), { headers });
    expect(JSON.parse(text)).toMatchObject({ code: 415, reason: "UnsupportedMediaType" });
  });

  test.each([
    ["a name with capitals", configMap("Bad"), 422, "metadata.name"],
    ["no name", { apiVersion: "v1", kind: "ConfigMap", metadata: {} }, 422, "metadata.name"],
    ["a label with a space", configMap("x", {}, { labels: { a: "b c" } }), 422, "metadata.labels"],
    ["another kind", { apiVersion: "v1", kind: "Secret", metadata: { name: "x" } }, 400, undefined],
    ["another version", { ...configMap("x"), apiVersion: "v2" }, 400, undefined],
    ["another namespace", configMap("x", {}, { namespace: "kube-system" }), 400, undefined],
    ["a list", [1], 400, undefined],
    ["no JSON", "{", 400, undefined],
  ])("of %s is refused", async (_what, body, code, field) => {
    const refused = await use().client.json("POST", CONFIG_MAPS, body);
    expect(refused).toMatchObject({ kind: "Status", code });
    expect(dig(refused, "details", "causes", 0, "field")).toBe(field);
  });

  test("reads a strategic merge patch and a JSON patch", async () => {
    const { client } = use();
    await client.send("POST", PODS, pod("patched"));
    const strategic = { "content-type": "application/strategic-merge-patch+json" };
    const containers = [{ name: "d", image: "j" }];
    const merged = await client.json("PATCH", `${PODS}/patched`, { spec: { containers } }, strategic);
    expect(merged).toMatchObject({
      spec: {
        containers: [
          { name: "c", image: "i" },
          { name: "d", image: "j" },
        ],
      },
    });
    const operations = [
      { op: "test", path: "/spec/containers/1/name", value: "d" },
      { op: "remove", path: "/spec/containers/1" },
    ];
    const jsonPatch = { "content-type": "application/json-patch+json" };
    const removed = await client.json("PATCH", `${PODS}/patched`, operations, jsonPatch);
    expect(dig(removed, "spec", "containers")).toHaveLength(1);
  });

  test("of an event shows under both of its names", async () => {
    const { client } = use();
    const event = {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { name: "e" },
      eventTime: "2026-01-01T00:00:00.000000Z",
      regarding: { kind: "Pod", name: "p", namespace: "default" },
      type: "Warning",
      reason: "Denied",
      action: "Deny",
      note: "dropped",
      reportingController: "selvedge",
      reportingInstance: "n1",
    };
    const path = "/apis/events.k8s.io/v1/namespaces/default/events";
    const told = async (method: string, at: string, body: Loose, headers = {}): Promise<unknown> =>
      (await client.json(method, at, body, headers))["message"];
    const { action: _action, ...inactive } = event;
    expect(await told("POST", path, { ...inactive, series: { count: 1 }, deprecatedCount: 1 })).toBe(
      'Event.events.k8s.io "e" is invalid: [action: Required value, series.count: Invalid value: "": should be at least 2, series.lastObservedTime: Required value, count: Invalid value: "": needs to be unset]',
    );
    await client.send("POST", path, event);
    expect(await told("PATCH", `${path}/e`, { note: "other" }, MERGE)).toMatch(
      /message: Invalid value: "other": field is immutable$/,
    );
    const series = { count: 2, lastObservedTime: "2026-01-01T00:00:01.000000Z" };
    const patched = await client.json("PATCH", `${path}/e`, { series }, MERGE);
    expect(patched["series"]).toEqual(series);
    const core = await client.json("GET", "/api/v1/namespaces/default/events/e");
    expect(core).toMatchObject({
      involvedObject: { name: "p" },
      message: "dropped",
      reportingComponent: "selvedge",
    });
    const listed = await client.json("GET", "/apis/events.k8s.io/v1/events?fieldSelector=regarding.name=p");
    expect(listed).toMatchObject({ items: [{ regarding: { name: "p" }, note: "dropped" }] });
  });

  test.each([
    ["PUT", CONFIG_MAPS, 405],
    ["POST", `${CONFIG_MAPS}/x`, 405],
    ["POST", "/api/v1/configmaps", 405],
    ["OPTIONS", CONFIG_MAPS, 405],
    ["GET", "/api/v1/namespaces/default/nodes", 404],
    ["GET", "/api/v1/unknown", 404],
    ["GET", `${PODS}/x/log`, 404],
  ])("%s %s is %d as a Status", async (method, path, code) => {
    const body = method === "GET" || method === "OPTIONS" ? undefined : configMap("x");
    expect(await use().client.json(method, path, body)).toMatchObject({ kind: "Status", code });
  });
});
