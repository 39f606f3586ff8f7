import { createSocket } from "node:dgram";
import { createServer } from "node:net";

import type { AgentConfig } from "./protocol.ts";

/** Opens every listener of an agent; resolves when all of them are there. */
export async function listen({ name, addresses, ports }: AgentConfig): Promise<void> {
  await Promise.all(
    addresses.flatMap((address) =>
      ports.map(({ protocol, port }) =>
        protocol === "TCP" ? listenTcp(name, address, port) : listenUdp(name, address, port),
      ),
    ),
  );
}

/** Says its name, then repeats whatever it hears. */
function listenTcp(name: string, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      // Probers reset their connections when they have their answer; that is no news.
      socket.on("error", () => undefined);
      socket.setNoDelay(true);
      socket.write(`${name}\n`);
      socket.pipe(socket);
    });
    server.once("error", reject);
    server.listen({ host, port, backlog: 1024 }, resolve);
  });
}

/** Answers each datagram with its name and the datagram. */
function listenUdp(name: string, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: address.includes(":") ? "udp6" : "udp4" });
    socket.once("error", reject);
    socket.on("message", (message, from) => {
      socket.send(`${name} ${message.toString()}`, from.port, from.address, () => undefined);
    });
    socket.bind({ address, port }, () => {
      socket.off("error", reject);
      socket.on("error", () => undefined);
      resolve();
    });
  });
}
