import type { JsonObject } from "./json.ts";
import type { KubeObject } from "./kube-object.ts";
import type { Refusal } from "./refusal.ts";
import type { Resource } from "./resource.ts";

/** One object, to be shown as the client wants it. */
export interface ObjectOutcome {
  readonly kind: "object";
  readonly status: 200 | 201;
  readonly resource: Resource;
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

/** Some objects. */
export interface ListOutcome {
  readonly kind: "list";
  readonly resource: Resource;
  readonly items: readonly KubeObject[];
  /** resourceVersion, continue, remainingItemCount. */
  readonly metadata: JsonObject;
}

/** A document as it is: a Status, discovery. */
export interface DocumentOutcome {
  readonly kind: "document";
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** How a request without a stream ends. */
export type Outcome = ObjectOutcome | ListOutcome | DocumentOutcome | Refusal;

/** A JSON document. */
export const jsonDocument = (body: JsonObject, contentType = "application/json"): DocumentOutcome => ({
  kind: "document",
  status: 200,
  contentType,
  body: `${JSON.stringify(body)}\n`,
});

/** Plain text. */
export const textDocument = (status: number, body: string): DocumentOutcome => ({
  kind: "document",
  status,
  contentType: "text/plain; charset=utf-8",
  body,
});

/** What the server says to a path that it does not know at all. */
export const noSuchPath = (): DocumentOutcome => textDocument(404, "404 page not found\n");
