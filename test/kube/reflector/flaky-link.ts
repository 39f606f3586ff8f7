import { once } from "node:events";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";
import { onTestFinished } from "vitest";

/** A TCP link to a server, with the faults of real ones. */
export interface FlakyLink {
  readonly url: string;
  /** Cuts each connection once it has handed on so many bytes of answers from now on; new connections are whole. */
  cutAfter(bytes: number): void;
  /** Cuts every open connection. */
  cut(): void;
  /** Hands answers on byte by byte. */
  crumble(): void;
  /** Takes requests and says nothing. */
  swallow(): void;
  /** Ends `swallow`, for new connections. */
  deliver(): void;
  /** Cuts all and takes no connection more. */
  refuse(): Promise<void>;
  /** Takes connections, on the same port as before. */
  welcome(): Promise<void>;
}

/** Opens a link, which ends with the test. */
export async function flakyLink(target: string): Promise<FlakyLink> {
  const { port, hostname } = new URL(target);
  const budgets = new Map<Socket, number>();
  let isCrumbling = false;
  let isSwallowing = false;

  const handOn = (client: Socket, chunk: Buffer): void => {
    const budget = budgets.get(client) ?? Number.POSITIVE_INFINITY;
    budgets.set(client, budget - chunk.length);
    const passed = chunk.subarray(0, Math.min(chunk.length, budget));
    const pieces = isCrumbling ? [...passed].map((byte) => Buffer.of(byte)) : [passed];
    for (const piece of pieces) client.write(piece);
    if (budget <= chunk.length) client.end(() => client.destroy());
  };

  const server = createServer({ noDelay: true }, (client) => {
    budgets.set(client, Number.POSITIVE_INFINITY);
    client.on("error", () => undefined);
    client.once("close", () => budgets.delete(client));
    if (isSwallowing) return;
    const upstream = connect(Number(port), hostname);
    upstream.on("error", () => client.destroy());
    upstream.on("data", (chunk: Buffer) => handOn(client, chunk));
    upstream.once("close", () => client.destroy());
    client.on("data", (chunk: Buffer) => upstream.write(chunk));
    client.once("close", () => upstream.destroy());
  });

  const listen = async (at: number): Promise<number> => {
    server.listen(at, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const cut = (): void => {
    for (const client of budgets.keys()) client.destroy();
  };
  const refuse = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    cut();
    await closed;
  };
  const own = await listen(0);
  onTestFinished(refuse);
  return {
    url: `http://127.0.0.1:${own}`,
    cutAfter: (bytes) => {
      for (const client of budgets.keys()) budgets.set(client, bytes);
    },
    cut,
    crumble: () => {
      isCrumbling = true;
    },
    swallow: () => {
      isSwallowing = true;
    },
    deliver: () => {
      isSwallowing = false;
    },
    refuse,
    welcome: async () => {
      if (!server.listening) await listen(own);
    },
  };
}
