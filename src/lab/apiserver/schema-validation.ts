import { isArray, isObject, type Json, jsonEqual } from "./json.ts";
import type { FieldProblem } from "./refusal.ts";
import { fieldSchema, type Schema } from "./schema.ts";

const typeOf = (value: Json): string => {
  if (value === null) return "null";
  if (isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
};

const hasType = (schema: Schema, value: Json): boolean => {
  const actual = typeOf(value);
  if (value === null && schema.nullable === true) return true;
  if (schema["x-kubernetes-int-or-string"] === true) return actual === "integer" || actual === "string";
  return (
    schema.type === undefined || schema.type === actual || (schema.type === "number" && actual === "integer")
  );
};

const show = (value: Json): string =>
  isObject(value) || isArray(value) ? typeOf(value) : JSON.stringify(value);

type Rule = (schema: Schema, value: Json) => string | undefined;

const bound = (
  limit: number | undefined,
  actual: number | undefined,
  broken: (actual: number, limit: number) => boolean,
  text: string,
): string | undefined =>
  limit !== undefined && actual !== undefined && broken(actual, limit)
    ? text.replace("%", String(limit))
    : undefined;

const below = (actual: number, limit: number): boolean => actual < limit;
const above = (actual: number, limit: number): boolean => actual > limit;
const number = (value: Json): number | undefined => (typeof value === "number" ? value : undefined);
const length = (value: Json): number | undefined =>
  typeof value === "string" ? Array.from(value).length : undefined;
const count = (value: Json): number | undefined => (isArray(value) ? value.length : undefined);

const RULES: readonly Rule[] = [
  (schema, value) => bound(schema.minimum, number(value), below, "should be greater than or equal to %"),
  (schema, value) => bound(schema.maximum, number(value), above, "should be less than or equal to %"),
  (schema, value) => bound(schema.minLength, length(value), below, "should be at least % chars long"),
  (schema, value) => bound(schema.maxLength, length(value), above, "may not be more than % bytes"),
  (schema, value) => bound(schema.minItems, count(value), below, "should have at least % items"),
  (schema, value) => bound(schema.maxItems, count(value), above, "must have at most % items"),
  (schema, value) =>
    schema.pattern !== undefined && typeof value === "string" && !new RegExp(schema.pattern, "u").test(value)
      ? `should match '${schema.pattern}'`
      : undefined,
];

/** What is wrong with a value by its schema. Formats and `oneOf` are not judged. */
export const schemaProblems = (
  schema: Schema | undefined,
  value: Json,
  field: string,
): readonly FieldProblem[] => {
  if (schema === undefined) return [];
  const problem = (reason: string, message: string): FieldProblem => ({ field, reason, message });
  if (!hasType(schema, value)) {
    const expected = schema["x-kubernetes-int-or-string"] === true ? "integer,string" : schema.type;
    const found = typeOf(value);
    const text = `Invalid value: ${JSON.stringify(found)}: ${field} in body must be of type ${expected}: ${JSON.stringify(found)}`;
    return [problem("FieldValueTypeInvalid", text)];
  }
  const problems: FieldProblem[] = [];
  if (schema.enum !== undefined && !schema.enum.some((allowed) => jsonEqual(allowed, value))) {
    const allowed = schema.enum.map((entry) => JSON.stringify(entry)).join(", ");
    problems.push(
      problem("FieldValueNotSupported", `Unsupported value: ${show(value)}: supported values: ${allowed}`),
    );
  }
  for (const rule of RULES) {
    const broken = rule(schema, value);
    if (broken !== undefined) {
      problems.push(
        problem("FieldValueInvalid", `Invalid value: ${show(value)}: ${field} in body ${broken}`),
      );
    }
  }
  if (isArray(value)) {
    problems.push(
      ...value.flatMap((item, index) => schemaProblems(schema.items, item, `${field}[${index}]`)),
    );
  }
  if (isObject(value)) {
    const missing = (schema.required ?? []).filter((name) => value[name] === undefined);
    const inside = (name: string): string => (field === "" ? name : `${field}.${name}`);
    for (const name of missing) {
      problems.push({ field: inside(name), reason: "FieldValueRequired", message: "Required value" });
    }
    for (const [name, item] of Object.entries(value)) {
      if (item !== undefined) problems.push(...schemaProblems(fieldSchema(schema, name), item, inside(name)));
    }
  }
  return problems;
};
