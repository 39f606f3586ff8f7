import type { FieldProblem } from "../validation/field-problem.ts";
import { required } from "../validation/field-problem.ts";
import type { ObjectMetaWire } from "./object-meta.ts";

export interface Identity {
  readonly namespace: string;
  readonly name: string;
}

/** Where an object of a namespace is put that names none, as kubectl does with its default context. */
export const DEFAULT_NAMESPACE = "default";

/**
 * Who an object is. One whose name is still to be generated goes by the prefix that it asks for: any suffix would be made
 * up. `undefined` where it has neither.
 */
export function identityOf(meta: ObjectMetaWire): Identity | undefined {
  const name = meta.name || meta.generateName;
  return name ? { namespace: meta.namespace || DEFAULT_NAMESPACE, name } : undefined;
}

export const noName = (): FieldProblem => required(["metadata", "name"], "name or generateName is required");
