import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { ApiRequest } from "./api-request.ts";
import { dispatch } from "./dispatch.ts";
import type { Environment } from "./environment.ts";
import type { Intercept } from "./intercept.ts";
import type { Outcome } from "./outcome.ts";
import { decodeProtobuf } from "./protobuf.ts";
import { unauthorized } from "./refusal.ts";
import { sendBody, sendOutcome } from "./reply.ts";
import { presenterFor } from "./representation.ts";
import { parseTarget, verbOf } from "./route.ts";
import type { WatchPlan } from "./watch.ts";
import { streamWatch } from "./watch-stream.ts";

/** How the HTTP shell behaves. */
export interface HandlerOptions {
  /** The only bearer token that is let in; none: everyone is. */
  readonly token?: string;
  readonly bookmarkIntervalMs: number;
  /** How long a list waits for a resource version that has not happened yet. */
  readonly futureWaitMs: number;
  readonly onRequest?: (request: ApiRequest) => void;
  readonly intercept?: Intercept;
  /** Where the watches that are open are kept. */
  readonly watches?: Set<ServerResponse>;
}

/** The body as text: what comes as protobuf goes on as JSON, as far as it is understood. */
const bodyOf = (
  headers: Readonly<Record<string, string>>,
  bytes: Buffer,
): Pick<ApiRequest, "headers" | "body"> => {
  const decoded = headers["content-type"]?.includes("protobuf") === true ? decodeProtobuf(bytes) : undefined;
  if (decoded === undefined) return { headers, body: bytes.toString() };
  return { headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(decoded) };
};

const readRequest = async (message: IncomingMessage): Promise<ApiRequest> => {
  const url = new URL(message.url ?? "/", "http://localhost");
  const method = message.method ?? "GET";
  const target = parseTarget(url.pathname);
  const headers = Object.entries(message.headers).map(
    ([name, value]) => [name, String(value ?? "")] as const,
  );
  return {
    method,
    path: url.pathname,
    query: url.searchParams,
    ...bodyOf(Object.fromEntries(headers), await buffer(message)),
    target,
    verb: target === undefined ? undefined : verbOf(method, target, url.searchParams),
  };
};

const hasHappened = (env: Environment, revision: number, waitMs: number): Promise<void> =>
  new Promise((resolve) => {
    const settle = (): void => {
      unsubscribe();
      clearTimeout(timer);
      resolve();
    };
    const unsubscribe = env.store.subscribe((change) => {
      if (change.revision >= revision) settle();
    });
    const timer = setTimeout(settle, waitMs);
  });

const answer = async (
  env: Environment,
  request: ApiRequest,
  waitMs: number,
): Promise<Outcome | WatchPlan> => {
  const outcome = dispatch(env, request);
  if (outcome.kind !== "refusal" || outcome.code !== 504) return outcome;
  await hasHappened(env, Number(request.query.get("resourceVersion")), waitMs);
  return dispatch(env, request);
};

/** Answers one HTTP request. */
export const handle = async (
  env: Environment,
  options: HandlerOptions,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const request = await readRequest(message);
  options.onRequest?.(request);
  const intercepted = await options.intercept?.(request);
  if (intercepted === "cut") {
    message.socket.destroy();
    return;
  }
  if (intercepted !== undefined && intercepted !== "cut-answer") {
    sendBody(response, intercepted.status, intercepted.body ?? "", intercepted.headers ?? {});
    return;
  }
  const presenter = presenterFor(request, env.now());
  if (options.token !== undefined && request.headers["authorization"] !== `Bearer ${options.token}`) {
    sendOutcome(response, unauthorized(), presenter);
    return;
  }
  const outcome = await answer(env, request, options.futureWaitMs);
  if (intercepted === "cut-answer") {
    message.socket.destroy();
    return;
  }
  if (outcome.kind === "watch") {
    const { bookmarkIntervalMs, watches } = options;
    watches?.add(response);
    response.once("close", () => watches?.delete(response));
    streamWatch(response, outcome, { store: env.store, presenter, bookmarkIntervalMs });
  } else {
    sendOutcome(response, outcome, presenter);
  }
};
