import type { PublishedTrouble } from "./published-object.ts";

/** The newest resourceVersion of each collection that a program holds. */
export interface Applied {
  readonly compiledPolicies: string;
  readonly addressGroups: string;
}

/** How far a program is with what a controller publishes. */
export interface PublishedState {
  /** Stands still while something published waits to be whole; `undefined` before everything was whole once. */
  readonly applied: Applied | undefined;
  /** Counts the published objects that said something new. */
  readonly changes: number;
  readonly troubles: readonly PublishedTrouble[];
}
