import { badRequest, type Refusal } from "./refusal.ts";

/** Labels, or an object's selectable fields. */
type Labels = Readonly<Record<string, string>>;

/** A selector as a question about labels. */
export type Matcher = (labels: Labels) => boolean;

const KEY = String.raw`[A-Za-z0-9][A-Za-z0-9._/-]*`;
const SET = new RegExp(String.raw`^(${KEY})\s+(in|notin)\s*\(([^)]*)\)$`, "u");
const EQUAL = new RegExp(String.raw`^(${KEY})\s*(==|=|!=)\s*([A-Za-z0-9._-]*)$`, "u");
const EXISTS = new RegExp(String.raw`^(!?)\s*(${KEY})$`, "u");

const parseRequirement = (text: string): Matcher | undefined => {
  const set = SET.exec(text);
  if (set !== null) {
    const [, key = "", operator, list = ""] = set;
    const values = new Set(list.split(",").map((value) => value.trim()));
    return operator === "in"
      ? (labels) => values.has(labels[key] ?? "\u0000")
      : (labels) => !values.has(labels[key] ?? "\u0000");
  }
  const equal = EQUAL.exec(text);
  if (equal !== null) {
    const [, key = "", operator, value = ""] = equal;
    return operator === "!=" ? (labels) => labels[key] !== value : (labels) => labels[key] === value;
  }
  const exists = EXISTS.exec(text);
  if (exists === null) return undefined;
  const [, not, key = ""] = exists;
  return not === "!" ? (labels) => !Object.hasOwn(labels, key) : (labels) => Object.hasOwn(labels, key);
};

/**
 * Parses the `labelSelector` of a query: `a=b,c!=d,e in (f,g),h notin (i),j,!k`. NotIn and != also match
 * what lacks the key.
 */
export const parseLabelSelector = (text: string): Matcher | Refusal => {
  const parts = text
    .split(/,(?![^(]*\))/u)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const matchers: Matcher[] = [];
  for (const part of parts) {
    const matcher = parseRequirement(part);
    if (matcher === undefined) return badRequest(`unable to parse requirement: found '${part}'`);
    matchers.push(matcher);
  }
  return (labels) => matchers.every((matches) => matches(labels));
};
