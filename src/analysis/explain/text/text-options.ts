import type { SourceTexts } from "../../finding/finding-report.ts";
import type { Paint } from "../../finding/paint.ts";

/** How an explanation is written for people. */
export interface TextOptions {
  readonly texts: SourceTexts;
  readonly paint: Paint;
  /** A value as YAML, ending in a line break. */
  readonly yaml: (value: unknown) => string;
  /** How many of each sort are told before the rest is only counted. */
  readonly limit: number;
}

/** No line is longer. */
export const WIDTH = 100;
