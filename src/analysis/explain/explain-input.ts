import type { Namespace, ObjectKey, Pod } from "../../core/cluster.ts";
import type { NetworkPolicy } from "../../core/network-policy.ts";
import type { Program } from "../../core/program.ts";
import type { Written } from "../lint/lint-input.ts";

/** A policy as it was written, and where. */
export interface WrittenPolicy extends Written {
  readonly policy: NetworkPolicy;
}

/** What explanations are made of. */
export interface ExplainInput {
  /** The policies below, compiled, with everybody in it who is asked about. */
  readonly program: Program;
  /** By name; one that is missing has labels that nobody knows. */
  readonly namespaces: ReadonlyMap<string, Namespace>;
  /** The live pods: all that policies can isolate and selectors can match. */
  readonly pods: readonly Pod[];
  readonly policies: ReadonlyMap<ObjectKey, WrittenPolicy>;
}
