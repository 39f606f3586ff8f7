import type { ServerResponse } from "node:http";
import type { Outcome } from "./outcome.ts";
import { statusOf } from "./refusal.ts";
import type { Presenter } from "./representation.ts";

/** What Go's HTTP server buffers: a longer body goes out in chunks. */
const CHUNKED_ABOVE = 2048;

/** Sends a body with the headers that the real server sends. */
export const sendBody = (
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string | readonly string[]>>,
): void => {
  response.statusCode = status;
  response.setHeader("cache-control", "no-cache, private");
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (Buffer.byteLength(body) > CHUNKED_ABOVE) response.write(body);
  response.end(body.length > 0 && !response.headersSent ? body : undefined);
};

const json = { "content-type": "application/json" };

/** Sends how a request ended. */
export const sendOutcome = (response: ServerResponse, outcome: Outcome, presenter: Presenter): void => {
  switch (outcome.kind) {
    case "refusal": {
      const { code, retryAfterSeconds } = outcome;
      const headers =
        retryAfterSeconds === undefined ? json : { ...json, "retry-after": String(retryAfterSeconds) };
      sendBody(response, code, `${JSON.stringify(statusOf(outcome))}\n`, headers);
      return;
    }
    case "document":
      sendBody(response, outcome.status, outcome.body, { "content-type": outcome.contentType });
      return;
    case "list":
      sendBody(response, 200, `${JSON.stringify(presenter.list(outcome))}\n`, json);
      return;
    case "object": {
      const { status, resource, object, warnings } = outcome;
      const warning = warnings.map((text) => `299 - ${JSON.stringify(text)}`);
      const headers = warning.length === 0 ? json : { ...json, warning };
      sendBody(response, status, `${JSON.stringify(presenter.object(resource, object, true))}\n`, headers);
    }
  }
};
