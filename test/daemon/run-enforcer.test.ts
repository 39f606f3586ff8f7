import { once } from "node:events";
import { type Server, type Socket, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { runEnforcer } from "../../src/daemon/run-enforcer.ts";
import { PATIENCE } from "./fixture.ts";

/** A server that takes connections and never answers: an enforcer of it writes nothing. */
async function silent(): Promise<{ readonly port: number; readonly open: Set<Socket> }> {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => undefined).resume();
    socket.once("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, open };
}

const options = (port: number, healthPort: number, mode: "controller" | "standalone" = "standalone") => ({
  version: "0.0.0",
  node: "n1",
  mode,
  namespace: "selvedge-system",
  connection: { server: `http://127.0.0.1:${port}` },
  backend: "nft" as const,
  logLevel: "silent",
  healthPort,
  metricsPort: 0,
  startGate: "auto" as const,
  deny: "drop" as const,
  cniCache: "/nowhere",
  events: "on" as const,
});

test("a process that cannot start leaves nothing running behind its exit code", async () => {
  const api = await silent();
  expect(await runEnforcer(options(api.port, api.port))).toBe(1);
  // What had been left running would have connected by now.
  await new Promise((resolve) => {
    setTimeout(resolve, 100);
  });
  expect(api.open.size).toBe(0);
});

test.each(["standalone", "controller"] as const)(
  "a %s process ends by SIGTERM, without an answer",
  async (mode) => {
    const api = await silent();
    const ended = runEnforcer(options(api.port, 0, mode));
    await expect.poll(() => api.open.size, PATIENCE).toBe(4);
    process.emit("SIGTERM");
    expect(await ended).toBe(0);
    await expect.poll(() => api.open.size, PATIENCE).toBe(0);
  },
);

test("to others it tells its metrics, and no denials", async () => {
  const api = await silent();
  const free = createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const { port: metricsPort } = free.address() as AddressInfo;
  free.close();
  await once(free, "close");
  const ended = runEnforcer({ ...options(api.port, 0), metricsHost: "127.0.0.2", metricsPort });
  const status = async (path: string): Promise<number | undefined> => {
    const response = await fetch(`http://127.0.0.2:${metricsPort}${path}`).catch(() => undefined);
    await response?.body?.cancel();
    return response?.status;
  };
  await expect.poll(() => status("/metrics"), PATIENCE).toBe(200);
  expect(await status("/denials")).toBe(404);
  process.emit("SIGTERM");
  expect(await ended).toBe(0);
});
