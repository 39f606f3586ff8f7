import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";

/** A way in by plain HTTP to a server that speaks TLS and asks for a token. */
export interface PlainDoor {
  readonly url: string;
  /** Drops every connection, both ways. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

/** Opens a door on loopback. What the server cuts is cut here, too, so that nobody takes half an answer for a whole one. */
export async function plainDoor(target: {
  readonly port: number;
  readonly token: string;
}): Promise<PlainDoor> {
  const agent = new https.Agent({ keepAlive: true, rejectUnauthorized: false });
  const pass = (message: IncomingMessage, response: ServerResponse): void => {
    const sent = https.request({
      host: "127.0.0.1",
      port: target.port,
      agent,
      method: message.method,
      path: message.url,
      headers: { authorization: `Bearer ${target.token}`, ...message.headers },
    });
    sent.on("error", () => response.destroy());
    sent.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
      answer.on("error", () => response.destroy());
    });
    response.once("close", () => sent.destroy());
    message.pipe(sent);
  };
  const server = createServer(pass);
  server.requestTimeout = 0;
  // A connection that is closed while a request is on its way would be a fault of this door, not of the server.
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): void => {
    server.closeAllConnections();
    agent.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      cut();
      await closed;
    },
  };
}
