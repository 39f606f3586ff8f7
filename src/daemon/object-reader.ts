import type { Parsed } from "../kube/schema/decode.ts";
import { problemText } from "../kube/validation/field-problem.ts";

/** Told of an object that cannot be read whole; `consequence` says how it is treated. */
export type BadObject = (object: string, problems: readonly string[], consequence: string) => void;

/** Reads objects, and reports those that cannot be read: they are passed over. */
export const orReport =
  (onBadObject: BadObject) =>
  <T>(parse: (object: unknown) => Parsed<T>) =>
  (object: unknown): T | undefined => {
    const result = parse(object);
    if (result.ok) return result.value;
    onBadObject(nameOf(object), result.problems.map(problemText), "passed over");
    return undefined;
  };

/** Who an object says it is, as well as it can be told. */
export function nameOf(object: unknown): string {
  const metadata = (
    object as { readonly metadata?: { readonly namespace?: unknown; readonly name?: unknown } } | null
  )?.metadata;
  return (
    [metadata?.namespace, metadata?.name].filter((part) => typeof part === "string").join("/") ||
    "unnamed object"
  );
}
