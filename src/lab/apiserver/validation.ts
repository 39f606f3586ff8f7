import type { Environment } from "./environment.ts";
import { definitionProblems } from "./crd.ts";
import { eventProblems } from "./event-validation.ts";
import type { KubeObject } from "./kube-object.ts";
import { nameOf } from "./kube-object.ts";
import { metadataProblems } from "./metadata-validation.ts";
import { invalid, type Refusal } from "./refusal.ts";
import type { Resource } from "./resource.ts";
import { schemaProblems } from "./schema-validation.ts";

/** Judges an object that is about to be stored: metadata, schema, and what the environment adds. */
export const judge = (env: Environment, resource: Resource, object: KubeObject): Refusal | undefined => {
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...rest } = object;
  const problems = [
    ...metadataProblems(resource, object),
    ...schemaProblems(resource.schema, rest, ""),
    ...definitionProblems(resource, object),
    ...eventProblems(resource, object),
    ...env.validate(resource, object),
  ];
  return problems.length === 0 ? undefined : invalid(resource, nameOf(object), problems);
};
