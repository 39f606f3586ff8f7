import * as z from "zod/mini";

/** What a CustomResourceDefinition says of a field beside its type; fields as in OpenAPI v3 and in Kubernetes' extensions. */
export interface CrdNotes {
  readonly description?: string;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly default?: unknown;
  readonly "x-kubernetes-validations"?: readonly CelRule[];
  readonly "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
}

/** A rule in the Common Expression Language, which the API server checks. */
export interface CelRule {
  readonly rule: string;
  readonly message: string;
}

/** The notes, by schema: one text defines what is read, what is served, and what `kubectl explain` says. */
export const crdNotes = z.registry<CrdNotes>();

/** The same schema, with notes for its definition. A schema that is used in several places has one note in all of them. */
export function noted<T extends z.core.$ZodType>(schema: T, notes: CrdNotes): T {
  crdNotes.add(schema, notes);
  return schema;
}
