import { once } from "node:events";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import https from "node:https";
import type { AddressInfo, ListenOptions } from "node:net";
import { passOn } from "../pass-on.ts";

/** A way in by plain HTTP to a server that speaks TLS and asks for a token. */
export interface PlainDoor {
  readonly url: string;
  /** Drops every connection, both ways. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

export interface PlainDoorTarget {
  /** On loopback. */
  readonly port: number;
  /** What is sent for whoever brings no credentials. */
  readonly token: string;
  /** A unix socket that is listened on, too. */
  readonly socketPath?: string;
}

/** Opens a door on loopback. */
export async function plainDoor({ port, token, socketPath }: PlainDoorTarget): Promise<PlainDoor> {
  const agent = new https.Agent({ keepAlive: true, rejectUnauthorized: false });
  const pass = (message: IncomingMessage, response: ServerResponse): void => {
    const headers = { authorization: `Bearer ${token}`, ...message.headers };
    const { method, url: path } = message;
    passOn(message, response, https.request({ host: "127.0.0.1", port, agent, method, path, headers }));
  };
  const listen = async (where: ListenOptions): Promise<Server> => {
    const server = createServer(pass);
    server.requestTimeout = 0;
    // A connection that is closed while a request is on its way would be a fault of this door, not of the server.
    server.keepAliveTimeout = 0;
    server.listen(where);
    await once(server, "listening");
    return server;
  };
  const tcp = await listen({ port: 0, host: "127.0.0.1" });
  const servers = socketPath === undefined ? [tcp] : [tcp, await listen({ path: socketPath })];
  const cut = (): void => {
    for (const server of servers) server.closeAllConnections();
    agent.destroy();
  };
  return {
    url: `http://127.0.0.1:${(tcp.address() as AddressInfo).port}`,
    cut,
    close: async () => {
      const closed = servers.map((server) => once(server.close(), "close"));
      cut();
      await Promise.all(closed);
    },
  };
}
