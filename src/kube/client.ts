import http from "node:http";
import https from "node:https";
import { text } from "node:stream/consumers";

export interface KubeRequest {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/** An answer other than 2xx. */
export class KubeError extends Error {
  readonly status: number;
  /** From `Retry-After`, in milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(status: number, message: string, retryAfter?: number) {
    super(message);
    this.name = "KubeError";
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** How to reach one API server. `authorize` is asked before every request, so that rotated tokens are taken up. */
export interface KubeEndpoint {
  readonly server: URL;
  authorize(): Promise<Credentials>;
}

export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: Pick<https.RequestOptions, "ca" | "cert" | "key" | "rejectUnauthorized" | "servername">;
}

/**
 * A thin JSON client. The client library's own reads whole answers and imports every API there is; watching needs the
 * stream, and the shipped daemon needs neither its 130 MB nor its half second.
 */
export class KubeClient {
  readonly #endpoint: KubeEndpoint;
  readonly #agent: http.Agent;

  constructor(endpoint: KubeEndpoint) {
    this.#endpoint = endpoint;
    const options = { keepAlive: true, keepAliveMsecs: 30_000 };
    this.#agent = endpoint.server.protocol === "https:" ? new https.Agent(options) : new http.Agent(options);
  }

  /** Sends and reads a whole JSON answer. Throws KubeError for an answer that is not 2xx, and what the network throws. */
  async request(request: KubeRequest): Promise<unknown> {
    const response = await this.#send(request);
    const answer: unknown = JSON.parse(await text(response));
    return answer;
  }

  /** Sends and hands on the answer's body as it arrives. Throws like `request`. */
  async stream(request: KubeRequest): Promise<http.IncomingMessage> {
    return this.#send(request);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send({
    method = "GET",
    path,
    body,
    contentType,
    signal,
  }: KubeRequest): Promise<http.IncomingMessage> {
    const { server } = this.#endpoint;
    const { tls, headers: authorization } = await this.#endpoint.authorize();
    const data = body === undefined ? undefined : JSON.stringify(body);
    const content =
      data === undefined
        ? {}
        : { "content-type": contentType ?? "application/json", "content-length": Buffer.byteLength(data) };
    const base = server.pathname.replace(/\/+$/, "");
    const url = new URL(base + path, server);
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      const transport = server.protocol === "https:" ? https : http;
      const sent = transport.request(
        url,
        {
          ...tls,
          agent: this.#agent,
          method,
          headers: { accept: "application/json", ...authorization, ...content },
          ...(signal === undefined ? {} : { signal }),
        },
        resolve,
      );
      sent.once("error", reject);
      sent.end(data);
    });
    if (response.statusCode !== undefined && response.statusCode < 300) return response;
    throw await errorOf(response);
  }
}

async function errorOf(response: http.IncomingMessage): Promise<KubeError> {
  const answer = await text(response);
  const seconds = Number(response.headers["retry-after"]);
  const retryAfter = Number.isFinite(seconds) ? seconds * 1000 : undefined;
  return new KubeError(response.statusCode ?? 0, messageIn(answer), retryAfter);
}

/** A Status says it in `message`; what is no Status speaks for itself. */
function messageIn(answer: string): string {
  try {
    const status: unknown = JSON.parse(answer);
    if (typeof status === "object" && status !== null && "message" in status) return String(status.message);
  } catch {
    // Not JSON: a proxy's page, say.
  }
  return answer.slice(0, 500);
}
