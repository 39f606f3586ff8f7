import { describe, expect, onTestFinished, test } from "vitest";
import { serveHealth } from "../../src/daemon/health.ts";

async function served(
  notReady: () => string | undefined,
  notes?: () => string[],
): Promise<(path: string) => Promise<string>> {
  const health = await serveHealth({ host: "127.0.0.1", port: 0, notReady, ...(notes && { notes }) });
  onTestFinished(() => health.close());
  return async (path) => {
    const response = await fetch(`http://127.0.0.1:${health.port}${path}`);
    return `${response.status} ${await response.text()}`;
  };
}

describe("health", () => {
  test("tells life from readiness, and why not", async () => {
    let trouble: string | undefined = "write IPv4 rules: no such luck";
    const get = await served(() => trouble);
    expect(await get("/healthz")).toBe("200 ok\n");
    expect(await get("/livez")).toBe("200 ok\n");
    expect(await get("/readyz")).toBe("503 write IPv4 rules: no such luck\n");
    trouble = undefined;
    expect(await get("/readyz")).toBe("200 ok\n");
    expect(await get("/readyz?verbose")).toBe("200 ok\n");
  });

  test("says more for information, which changes no verdict", async () => {
    let trouble: string | undefined = "no such luck";
    const get = await served(
      () => trouble,
      () => ["start gate off: why"],
    );
    expect(await get("/readyz")).toBe("503 no such luck\nstart gate off: why\n");
    expect(await get("/healthz")).toBe("200 ok\n");
    trouble = undefined;
    expect(await get("/readyz")).toBe("200 ok\nstart gate off: why\n");
  });

  test("knows no other path", async () => {
    const get = await served(() => undefined);
    expect(await get("/")).toBe("404 not found\n");
    expect(await get("/readyz/x")).toBe("404 not found\n");
  });

  test("a port that is taken is an exception", async () => {
    const first = await serveHealth({ host: "127.0.0.1", port: 0, notReady: () => undefined });
    onTestFinished(() => first.close());
    const second = serveHealth({ host: "127.0.0.1", port: first.port, notReady: () => undefined });
    await expect(second).rejects.toThrow("EADDRINUSE");
  });
});
