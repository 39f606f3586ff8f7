import { isObject } from "./json.ts";
import { badRequest, type Refusal } from "./refusal.ts";

/** Where a paged list goes on: after a key, in the state of the first page. */
export interface ContinueToken {
  readonly revision: number;
  /** `namespace/name` of the last object of the page before. */
  readonly after: string;
}

/** The token as a client carries it: opaque to it, the real server's shape to us. */
export const writeContinueToken = ({ revision, after }: ContinueToken): string =>
  Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv: revision, start: `/${after}\u0000` })).toString(
    "base64url",
  );

/** Reads a client's token back. */
export const readContinueToken = (text: string): ContinueToken | Refusal => {
  const decoded = Buffer.from(text, "base64url").toString();
  const bad = (why: string): Refusal =>
    badRequest(`invalid continue token: continue key is not valid: ${why}`);
  const first = decoded[0] ?? "";
  if (first !== "{") {
    const shown = first < " " ? `\\x${first.charCodeAt(0).toString(16).padStart(2, "0")}` : first;
    return bad(`invalid character '${shown}' looking for beginning of value`);
  }
  try {
    const token: unknown = JSON.parse(decoded);
    if (isObject(token) && typeof token["rv"] === "number" && typeof token["start"] === "string") {
      return { revision: token["rv"], after: token["start"].replace(/^\//u, "").replace(/\0$/u, "") };
    }
    return bad("incorrect key");
  } catch {
    return bad("unexpected end of JSON input");
  }
};
