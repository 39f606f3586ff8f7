import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

/** JSON as tests handle it: looked into without ceremony, then compared as a whole. */
export type Loose = { readonly [key: string]: unknown };

/** What came back, once it has ended. */
export interface Exchange {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** How the stream ended: by the server, or because the client had seen enough. */
  readonly end: "clean-end" | "client-timeout" | "max";
}

export interface SendOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Leave after this many milliseconds. */
  readonly leaveAfterMs?: number;
  /** Leave after this many lines. */
  readonly maxLines?: number;
  /** Called when the response's headers are there. */
  readonly onOpen?: () => void;
}

export const MERGE = { "content-type": "application/merge-patch+json" };
export const APPLY = { "content-type": "application/apply-patch+yaml" };

/** Speaks HTTP to one server and shows what came over the wire. */
export class Client {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(url: string) {
    this.#url = url;
  }

  send(method: string, path: string, body?: unknown, options: SendOptions = {}): Promise<Exchange> {
    const { headers = {}, leaveAfterMs, maxLines, onOpen } = options;
    const data = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const typed =
      data === undefined
        ? {}
        : { "content-type": "application/json", "content-length": String(Buffer.byteLength(data)) };
    return new Promise((resolve, reject) => {
      const sent = request(this.#url + path, {
        method,
        agent: this.#agent,
        headers: { accept: "application/json", ...typed, ...headers },
      });
      sent.once("error", reject);
      sent.once("response", (response) => {
        onOpen?.();
        let received = "";
        const finish = (end: Exchange["end"]): void => {
          clearTimeout(timer);
          response.removeAllListeners();
          response.on("error", () => undefined);
          if (end !== "clean-end") response.destroy();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: received, end });
        };
        const timer =
          leaveAfterMs === undefined ? undefined : setTimeout(() => finish("client-timeout"), leaveAfterMs);
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          received += chunk;
          if (maxLines !== undefined && received.split("\n").length > maxLines) finish("max");
        });
        response.once("end", () => finish("clean-end"));
        response.once("error", reject);
      });
      sent.end(data);
    });
  }

  /** Sends and reads the answer as JSON. */
  async json(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Loose> {
    const { text } = await this.send(method, path, body, headers === undefined ? {} : { headers });
    return JSON.parse(text) as Loose;
  }

  /** Opens a watch and hands out its events one by one. */
  async watch(path: string): Promise<WatchSession> {
    const sent = request(this.#url + path, { agent: this.#agent }).end();
    return new Promise((resolve, reject) => {
      sent.once("error", reject);
      sent.once("response", (response) => {
        sent.on("error", () => undefined);
        response.on("error", () => undefined);
        const lines = createInterface({ input: response })[Symbol.asyncIterator]();
        resolve({
          status: response.statusCode ?? 0,
          refusal: () => text(response),
          next: async () => {
            const { value, done } = await lines.next();
            return done === true ? undefined : (JSON.parse(value) as WatchLine);
          },
          close: () => response.destroy(),
        });
      });
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

interface WatchLine {
  readonly type: string;
  readonly object: Loose & { readonly metadata: Readonly<Record<string, unknown>> };
}

export interface WatchSession {
  readonly status: number;
  readonly refusal: () => Promise<string>;
  /** The next event; `undefined` when the server ended the stream. */
  readonly next: () => Promise<WatchLine | undefined>;
  readonly close: () => void;
}
