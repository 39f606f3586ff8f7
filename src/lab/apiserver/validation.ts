import type { Environment } from "./environment.ts";
import { celProblems, hasRules } from "./cel-rules.ts";
import { definitionProblems } from "./crd.ts";
import { eventProblems } from "./event-validation.ts";
import type { KubeObject } from "./kube-object.ts";
import { nameOf } from "./kube-object.ts";
import { metadataProblems } from "./metadata-validation.ts";
import { type FieldProblem, invalid, type Refusal } from "./refusal.ts";
import type { Resource } from "./resource.ts";
import { schemaProblems } from "./schema-validation.ts";

/** Problems that leave the rules unasked: what they would look at is not what it should be. */
const BLOCKING = new Set([
  "FieldValueRequired",
  "FieldValueTypeInvalid",
  "FieldValueTooLong",
  "FieldValueTooMany",
]);

const unasked: FieldProblem = {
  field: "<nil>",
  reason: "FieldValueInvalid",
  message:
    "Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
};

/** The judgement of a custom resource's schema, and then of its rules. */
const customProblems = (
  { schema }: Resource,
  object: KubeObject,
  before: KubeObject | undefined,
): readonly FieldProblem[] => {
  if (schema === undefined) return [];
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...rest } = object;
  const problems = schemaProblems(schema, rest, "");
  if (!hasRules(schema)) return problems;
  if (problems.some(({ reason }) => BLOCKING.has(reason))) return [...problems, unasked];
  return [...problems, ...celProblems(schema, object, before, "")];
};

/** Judges an object that is about to be stored: metadata, schema, rules, and what the environment adds. */
export const judge = (
  env: Environment,
  resource: Resource,
  object: KubeObject,
  before?: KubeObject,
): Refusal | undefined => {
  const problems = [
    ...metadataProblems(resource, object),
    ...customProblems(resource, object, before),
    ...definitionProblems(resource, object),
    ...eventProblems(resource, object),
    ...env.validate(resource, object),
  ];
  return problems.length === 0 ? undefined : invalid(resource, nameOf(object), problems);
};
