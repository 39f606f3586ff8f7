import type * as z from "zod/mini";
import type { FieldPath } from "../validation/field-path.ts";
import { type FieldProblem, typeInvalid } from "../validation/field-problem.ts";

/** A value, or all that keeps it from being one. Bad data is never an exception. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

export const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value });
export const unparsed = (problems: readonly FieldProblem[]): Parsed<never> => ({ ok: false, problems });

const EXPECTED: Readonly<Record<string, string>> = {
  string: "a string",
  number: "an integer",
  int: "an integer",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/** YAML makes a boolean of `on` and a number of `1.0`: the commonest cause. (A list or an object is shown as a text.) */
const QUOTE = "must be a string: put it in quotes";

function issueDetail(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      if (issue.expected === "string" && typeof value !== "string") return QUOTE;
      return `must be ${EXPECTED[issue.expected] ?? issue.expected}`;
    case "too_big":
      return "must be a 32-bit integer";
    case "too_small":
      return "must be a 32-bit integer";
    case "invalid_union":
      return "must be an integer or a string";
    case "invalid_format":
    case "not_multiple_of":
    case "unrecognized_keys":
    case "invalid_key":
    case "invalid_element":
    case "invalid_value":
      return "is of the wrong type";
    case "custom":
      return issue.message;
  }
}

const MOST_SHOWN = 80;

/** What stands at the path, cut where it is long: a whole list in place of a text would drown what is wrong with it. */
function shownValue(raw: unknown, path: readonly PropertyKey[]): unknown {
  let value = raw;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return null;
    value = (value as Readonly<Record<PropertyKey, unknown>>)[step];
  }
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  return typeof value === "string" && value.length > MOST_SHOWN ? `${value.slice(0, MOST_SHOWN)}...` : value;
}

/** zod passes its issues on as a call's arguments, and a hostile object has more of them than the stack holds. */
function parse<T extends z.ZodMiniType>(
  schema: T,
  raw: unknown,
): z.core.util.SafeParseResult<z.output<T>> | "too many" {
  try {
    return schema.safeParse(raw);
  } catch (error) {
    if (error instanceof RangeError) return "too many";
    throw error;
  }
}

/** Reads a value by its schema; the problems carry `path`, where in its object the value stands. */
export function decode<T extends z.ZodMiniType>(
  schema: T,
  raw: unknown,
  path: FieldPath,
): Parsed<z.output<T>> {
  const result = parse(schema, raw);
  if (result === "too many")
    return unparsed([typeInvalid(path, shownValue(raw, []), "has too many faults to tell")]);
  if (result.success) return parsed(result.data);
  return unparsed(
    result.error.issues.map((issue) => {
      const steps = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
      const value = shownValue(raw, issue.path);
      return typeInvalid([...path, ...steps], value, issueDetail(issue, value));
    }),
  );
}
