import type { Target, Verb } from "./route.ts";

/** A request as the server's core sees it. */
export interface ApiRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The resource that the path names; none for discovery, health and the like. */
  readonly target: Target | undefined;
  /** The RBAC verb, where there is a target. */
  readonly verb: Verb | undefined;
}
