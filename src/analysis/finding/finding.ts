/** `error`: it cannot do what it was written for. `warning`: it hardly does. `info`: worth knowing, perhaps meant. */
export type Severity = "error" | "warning" | "info";

/** Worst first. */
export const severities: readonly Severity[] = ["error", "warning", "info"];

/** Whether it is as grave as `threshold`, or graver. */
export const isAtLeast = (severity: Severity, threshold: Severity): boolean =>
  severities.indexOf(severity) <= severities.indexOf(threshold);

/** A place in a source. Lines and columns count from 1; what is live has no file. */
export interface Place {
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** Something that is to be said of one place in one object, whoever found it. */
export interface Finding extends Place {
  /** `NP204` */
  readonly code: string;
  readonly severity: Severity;
  /** What is wrong, in a sentence without a full stop. */
  readonly message: string;
  /** `NetworkPolicy shop/web` */
  readonly object: string;
  /** The field's path as the API server writes it; absent where the object as a whole is meant. */
  readonly field?: string | undefined;
  /** A few words for under the carets. */
  readonly label?: string | undefined;
  /** What to do, in a sentence without a full stop. */
  readonly help?: string | undefined;
}

const compareTexts = (a = "", b = ""): number => (a < b ? -1 : a > b ? 1 : 0);

/** By file, line and column, then by object and code: the order in which people read. */
export const compareFindings = (a: Finding, b: Finding): number =>
  compareTexts(a.file, b.file) ||
  (a.line ?? 0) - (b.line ?? 0) ||
  (a.column ?? 0) - (b.column ?? 0) ||
  compareTexts(a.object, b.object) ||
  compareTexts(a.field, b.field) ||
  compareTexts(a.code, b.code) ||
  compareTexts(a.message, b.message);
