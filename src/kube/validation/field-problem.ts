import { type FieldPath, fieldText } from "./field-path.ts";
import { goJson, goQuote } from "./go-quote.ts";

/** Why a field is refused, by the names of the API (`metav1.CauseType`). */
type FieldReason =
  | "FieldValueInvalid"
  | "FieldValueRequired"
  | "FieldValueNotSupported"
  | "FieldValueForbidden"
  | "FieldValueTooLong"
  | "FieldValueTypeInvalid";

/** What is wrong with one field, in the words of the API server (apimachinery `util/validation/field`). */
export interface FieldProblem {
  /** The field that the API server names. */
  readonly path: FieldPath;
  readonly reason: FieldReason;
  /** Without the path: `Invalid value: 0: must be between 1 and 65535, inclusive`. */
  readonly message: string;
  /** Where the bad value itself stands, which can be deeper than `path` (the API server does not name a bad label's key). */
  readonly at: FieldPath;
}

/** What the API server takes, and warns of. */
export interface FieldWarning {
  /** In the words of its `Warning` header, path included. */
  readonly text: string;
  /** Which field was meant. */
  readonly at: FieldPath;
}

/** `spec.ingress[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive` */
export const problemText = ({ path, message }: FieldProblem): string => `${fieldText(path)}: ${message}`;

const withDetail = (label: string, detail: string): string => (detail === "" ? label : `${label}: ${detail}`);

const shown = (value: unknown): string => (typeof value === "string" ? goQuote(value) : goJson(value));

export const invalid = (path: FieldPath, value: unknown, detail: string, at = path): FieldProblem => ({
  path,
  reason: "FieldValueInvalid",
  message: withDetail(`Invalid value: ${shown(value)}`, detail),
  at,
});

export const required = (path: FieldPath, detail = ""): FieldProblem => ({
  path,
  reason: "FieldValueRequired",
  message: withDetail("Required value", detail),
  at: path,
});

export const forbidden = (path: FieldPath, detail: string): FieldProblem => ({
  path,
  reason: "FieldValueForbidden",
  message: withDetail("Forbidden", detail),
  at: path,
});

/**
 * Words of a set (an operator, a protocol) have types of their own in the API's code, and for that are shown as JSON,
 * with Go's escapes for `<`, `>` and `&`.
 */
export const invalidWord = (path: FieldPath, word: string, detail: string): FieldProblem => ({
  ...invalid(path, word, detail),
  message: `Invalid value: ${goJson(word)}: ${detail}`,
});

/** See `invalidWord`. */
export const notSupported = (
  path: FieldPath,
  value: unknown,
  supported: readonly string[],
): FieldProblem => ({
  path,
  reason: "FieldValueNotSupported",
  message: `Unsupported value: ${goJson(value)}: supported values: ${supported.map(goQuote).join(", ")}`,
  at: path,
});

export const tooLong = (path: FieldPath, maximum: number): FieldProblem => ({
  path,
  reason: "FieldValueTooLong",
  message: `Too long: may not be more than ${maximum} bytes`,
  at: path,
});

/** The value is of a type that the API server's decoder refuses before any rule is looked at. */
export const typeInvalid = (path: FieldPath, value: unknown, detail: string): FieldProblem => ({
  path,
  reason: "FieldValueTypeInvalid",
  message: withDetail(`Invalid value: ${shown(value)}`, detail),
  at: path,
});
