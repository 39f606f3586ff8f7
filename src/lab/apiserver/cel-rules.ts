import { Environment } from "@marcbachmann/cel-js";
import { isArray, isObject, type Json, type JsonObject } from "./json.ts";
import type { FieldProblem } from "./refusal.ts";
import { type CelRule, fieldSchema, type Schema } from "./schema.ts";

const cel = new Environment({ unlistedVariablesAreDyn: true });

type Program = ReturnType<Environment["parse"]>;

const programs = new Map<string, Program>();

function programOf(rule: string): Program {
  const program = programs.get(rule) ?? cel.parse(rule);
  programs.set(rule, program);
  return program;
}

/** A value as a rule sees it: the schema, not the number, says what is an integer. */
function celValue(schema: Schema | undefined, value: Json): unknown {
  if (isArray(value)) return value.map((item) => celValue(schema?.items, item));
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, item]) =>
        item === undefined
          ? []
          : [[key, celValue(schema === undefined ? undefined : fieldSchema(schema, key), item)]],
      ),
    );
  }
  const isWhole = schema?.type === "integer" || schema?.["x-kubernetes-int-or-string"] === true;
  return typeof value === "number" && isWhole ? BigInt(value) : value;
}

/** Only where the old value is there is there a transition to judge. */
const isTransition = (rule: string): boolean => /\boldSelf\b/u.test(rule);

function broken({ rule }: CelRule, schema: Schema, value: Json, old: Json | undefined): string | undefined {
  if (isTransition(rule) && old === undefined) return undefined;
  const self = celValue(schema, value);
  const oldSelf = old === undefined ? undefined : celValue(schema, old);
  try {
    return programOf(rule)({ self, oldSelf }) === true ? undefined : `failed rule: ${rule}`;
  } catch (error) {
    return `rule evaluation error: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Maps and lists are not repeated to whoever wrote them. */
const shown = (value: Json): string =>
  isObject(value) || isArray(value) ? "" : `${JSON.stringify(value)}: `;

/** Whether a schema has rules, anywhere in it. */
export const hasRules = (schema: Schema): boolean =>
  (schema["x-kubernetes-validations"]?.length ?? 0) > 0 ||
  Object.values(schema.properties ?? {}).some(hasRules) ||
  (schema.items !== undefined && hasRules(schema.items)) ||
  (isObject(schema.additionalProperties) && hasRules(schema.additionalProperties));

/**
 * What is wrong with a value by the rules of its schema (`x-kubernetes-validations`), rules about its transition from an
 * older value among them. Which item of an atomic list an old one became nobody knows: below one there are no transitions.
 */
export function celProblems(
  schema: Schema | undefined,
  value: Json,
  old: Json | undefined,
  field: string,
): readonly FieldProblem[] {
  if (schema === undefined) return [];
  const problems = (schema["x-kubernetes-validations"] ?? []).flatMap((rule): FieldProblem[] => {
    const fault = broken(rule, schema, value, old);
    if (fault === undefined) return [];
    const text = fault.startsWith("failed") ? (rule.message ?? fault) : fault;
    const message = `Invalid value: ${shown(value)}${text}`;
    return [{ field: field === "" ? "<nil>" : field, message, reason: "FieldValueInvalid" }];
  });
  return [...problems, ...below(schema, value, old, field)];
}

function below(schema: Schema, value: Json, old: Json | undefined, field: string): readonly FieldProblem[] {
  if (isArray(value)) {
    return value.flatMap((item, index) => celProblems(schema.items, item, undefined, `${field}[${index}]`));
  }
  if (!isObject(value)) return [];
  const before: JsonObject = isObject(old) ? old : {};
  return Object.entries(value).flatMap(([key, item]) =>
    item === undefined
      ? []
      : celProblems(fieldSchema(schema, key), item, before[key], field === "" ? key : `${field}.${key}`),
  );
}
