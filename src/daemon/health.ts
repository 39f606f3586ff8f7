import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type Route = (request: IncomingMessage, response: ServerResponse) => void;

export interface HealthOptions {
  readonly port: number;
  readonly host: string;
  /** Why not, or nothing when all is well. */
  readonly notReady: () => string | undefined;
  /** Lines that follow in `/readyz`, for information: they change nothing in its verdict. */
  readonly notes?: () => readonly string[];
  /** What else is answered, by path. */
  readonly routes?: ReadonlyMap<string, Route>;
}

export interface Health {
  readonly port: number;
  close(): void;
}

/** `/healthz`: the process turns; `/readyz`: it has synced and what it wants stands in the kernel (503 and why, if not). */
export async function serveHealth({
  port,
  host,
  notReady,
  notes = () => [],
  routes,
}: HealthOptions): Promise<Health> {
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0] ?? "";
    const route = routes?.get(path);
    if (route !== undefined) {
      route(request, response);
      return;
    }
    const [status, body] =
      path === "/healthz" || path === "/livez"
        ? [200, "ok"]
        : path === "/readyz"
          ? [notReady() === undefined ? 200 : 503, [notReady() ?? "ok", ...notes()].join("\n")]
          : [404, "not found"];
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${body}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
