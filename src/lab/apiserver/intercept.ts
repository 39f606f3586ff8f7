import type { ApiRequest } from "./api-request.ts";

/** An answer that a test puts in place of the server's own: a 429 with Retry-After, say. */
interface CannedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * Decides about a request before the server does: `undefined` lets it pass, `"cut"` drops the connection,
 * `"cut-answer"` does what is asked and drops the connection then, an answer is sent instead. A promise delays the
 * request until it settles.
 */
export type Intercept = (request: ApiRequest) => Interception | Promise<Interception>;

type Interception = CannedAnswer | "cut" | "cut-answer" | undefined;
