import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json, text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { KubeClient, KubeError, type KubeEndpoint } from "../../src/kube/client.ts";

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A server that answers so, and a client of it, until the test ends. */
async function clientOf(
  listener: Listener,
  { base = "", authorize }: { readonly base?: string; readonly authorize?: KubeEndpoint["authorize"] } = {},
): Promise<{ readonly client: KubeClient; readonly connections: () => number }> {
  let connections = 0;
  const server = createServer((request, response) => {
    listener(request, response);
  }).on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const client = new KubeClient({
    server: new URL(`http://127.0.0.1:${port}${base}`),
    authorize: authorize ?? (() => Promise.resolve({ headers: {}, tls: {} })),
  });
  onTestFinished(() => {
    client.close();
    server.close();
    server.closeAllConnections();
  });
  return { client, connections: () => connections };
}

/** Says back what it was asked. */
const echo: Listener = async (request, response) => {
  const { method, url, headers } = request;
  response.end(JSON.stringify({ method, url, headers, body: await text(request) }));
};

describe("a request", () => {
  test("carries method, path, body and its length in bytes", async () => {
    const { client } = await clientOf(echo);
    const body = { grüße: "世界" };
    const said = await client.request({ method: "POST", path: "/a/b?c=d", body });
    const bytes = Buffer.byteLength(JSON.stringify(body));
    expect(said).toMatchObject({
      method: "POST",
      url: "/a/b?c=d",
      headers: {
        accept: "application/json",
        "content-type": "application/json",
        "content-length": `${bytes}`,
      },
      body: JSON.stringify(body),
    });
  });

  test("says what kind of body it has", async () => {
    const { client } = await clientOf(echo);
    const contentType = "application/apply-patch+yaml";
    const said = await client.request({ method: "PATCH", path: "/", body: {}, contentType });
    expect(said).toMatchObject({ headers: { "content-type": contentType } });
  });

  test.each([
    { base: "", url: "/api/v1/pods" },
    { base: "/", url: "/api/v1/pods" },
    { base: "/k8s/clusters/c-1", url: "/k8s/clusters/c-1/api/v1/pods" },
    { base: "/k8s/clusters/c-1/", url: "/k8s/clusters/c-1/api/v1/pods" },
  ])("goes below the server's own path $base", async ({ base, url }) => {
    const { client } = await clientOf(echo, { base });
    expect(await client.request({ path: "/api/v1/pods" })).toMatchObject({ url });
  });

  test("asks for credentials each time", async () => {
    let tokens = 0;
    const { client } = await clientOf(echo, {
      authorize: () => Promise.resolve({ headers: { authorization: `Bearer ${(tokens += 1)}` }, tls: {} }),
    });
    for (const n of [1, 2]) {
      expect(await client.request({ path: "/" })).toMatchObject({
        headers: { authorization: `Bearer ${n}` },
      });
    }
  });

  test("fails with its credentials, before anything is sent", async () => {
    const { client, connections } = await clientOf(echo, {
      authorize: () => Promise.reject(new Error("no such token file")),
    });
    await expect(client.request({ path: "/" })).rejects.toThrow("no such token file");
    expect(connections()).toBe(0);
  });

  test("takes up the connection of the one before", async () => {
    const { client, connections } = await clientOf(echo);
    for (let i = 0; i < 5; i += 1) await client.request({ path: "/" });
    expect(connections()).toBe(1);
  });

  test("ends with its signal, before the answer and within it", async () => {
    const { client } = await clientOf((request, response) => {
      if (request.url === "/half") response.write('{"half":');
    });
    for (const path of ["/never", "/half"]) {
      const stop = new AbortController();
      const asked = client.request({ path, signal: stop.signal });
      setTimeout(() => stop.abort(), 20);
      await expect(asked).rejects.toThrow();
    }
    await expect(client.request({ path: "/never", signal: AbortSignal.abort() })).rejects.toThrow();
  });
});

describe("an answer that is not 2xx", () => {
  const refusal = async (
    status: number,
    body: string,
    headers: Record<string, string> = {},
  ): Promise<unknown> => {
    const { client } = await clientOf((_, response) => response.writeHead(status, headers).end(body));
    return client.request({ path: "/" }).catch((error: unknown) => error);
  };

  test("is an error in the server's words", async () => {
    const status = { kind: "Status", message: 'pods "a" not found', code: 404 };
    const error = await refusal(404, JSON.stringify(status));
    expect(error).toBeInstanceOf(KubeError);
    expect(error).toMatchObject({ status: 404, message: 'pods "a" not found', retryAfter: undefined });
  });

  test("of a proxy is shown as it is, to a bearable length", async () => {
    const page = `<html>${"x".repeat(10_000)}`;
    expect(await refusal(502, page)).toMatchObject({ status: 502, message: page.slice(0, 500) });
    expect(await refusal(503, "")).toMatchObject({ status: 503, message: "" });
    expect(await refusal(500, "null")).toMatchObject({ message: "null" });
  });

  test("may ask for patience, in seconds", async () => {
    expect(await refusal(429, "", { "retry-after": "3" })).toMatchObject({ retryAfter: 3_000 });
    expect(await refusal(429, "", { "retry-after": "later" })).toMatchObject({ retryAfter: undefined });
  });

  test("is not followed elsewhere", async () => {
    expect(await refusal(302, "", { location: "http://127.0.0.1:1/" })).toMatchObject({ status: 302 });
  });

  test("leaves its connection to the next request", async () => {
    const { client, connections } = await clientOf((_, response) => response.writeHead(404).end("{}"));
    for (let i = 0; i < 3; i += 1) await expect(client.request({ path: "/" })).rejects.toThrow();
    expect(connections()).toBe(1);
  });
});

test("a stream is handed on as it arrives", async () => {
  const gate = Promise.withResolvers<undefined>();
  const { client } = await clientOf(async (_, response) => {
    response.write("[1");
    await gate.promise;
    response.end(",2]");
  });
  const body = await client.stream({ path: "/" });
  gate.resolve(undefined);
  expect(await json(body)).toEqual([1, 2]);
});

test("no server is an error that names the address", async () => {
  const server = new URL("http://127.0.0.1:1");
  const client = new KubeClient({ server, authorize: () => Promise.resolve({ headers: {}, tls: {} }) });
  await expect(client.request({ path: "/" })).rejects.toThrow("ECONNREFUSED 127.0.0.1:1");
  client.close();
});
