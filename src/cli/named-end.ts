import { type AskedEnd, endIn } from "../library/ends.ts";
import { UsageError } from "./exit-codes.ts";
import type { Loaded } from "./load-source.ts";

/** The end that the user named; throws UsageError where there is none of that name. */
export function namedEnd(text: string, loaded: Loaded): AskedEnd {
  const end = endIn(text, loaded);
  if (end.kind === "bad") throw new UsageError(end.message);
  return end;
}
