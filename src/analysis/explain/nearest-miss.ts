import type { Path } from "../lint/lint-input.ts";

/** A part of a rule that does not match, before anybody has looked where it was written. */
export interface RawMiss {
  readonly path: Path;
  readonly message: string;
  readonly help?: string | undefined;
  readonly code?: string | undefined;
  /** How far from a match: what would have to change is counted, and what can never match is far off. */
  readonly distance: number;
}

/** What can never match, whatever the labels. */
export const NEVER = 10;

/** The nearest one; of equals the first. */
export const nearestMiss = (misses: readonly RawMiss[]): RawMiss | undefined =>
  misses.reduce<RawMiss | undefined>(
    (best, each) => (best === undefined || each.distance < best.distance ? each : best),
    undefined,
  );
