import type { KubeObject } from "./kube-object.ts";
import type { FieldProblem } from "./refusal.ts";
import type { Registry } from "./registry.ts";
import type { Resource } from "./resource.ts";
import type { Store } from "./store.ts";

/** Judges an object that is about to be stored, after defaulting; no problems: it is stored. */
export type Validate = (resource: Resource, object: KubeObject) => readonly FieldProblem[];

/** What every verb works on: the state, and the outside world as values. */
export interface Environment {
  readonly store: Store;
  readonly registry: Registry;
  readonly now: () => Date;
  readonly newUid: () => string;
  /** Text that completes a `generateName`. */
  readonly newSuffix: () => string;
  readonly validate: Validate;
}

/** Now, as Kubernetes writes times: UTC, in seconds. */
export const timestamp = (now: Date): string => `${now.toISOString().slice(0, 19)}Z`;
