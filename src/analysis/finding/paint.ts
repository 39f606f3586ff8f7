import type { Severity } from "./finding.ts";

/** How parts of a text are set off on a terminal. */
export interface Paint extends Readonly<Record<Severity, (text: string) => string>> {
  /** A yes, and what may be copied. */
  readonly good: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
}

const asItIs = (text: string): string => text;

/** For files, pipes and NO_COLOR. */
export const plain: Paint = {
  error: asItIs,
  warning: asItIs,
  info: asItIs,
  good: asItIs,
  strong: asItIs,
  faint: asItIs,
};
