import type { Finding, Severity } from "./finding.ts";

/** What a code stands for. */
export interface FindingRule {
  /** `NP204` */
  readonly code: string;
  /** `service-port` */
  readonly name: string;
  /** How grave it usually is. */
  readonly severity: Severity;
  /** One sentence. */
  readonly summary: string;
  /** Paragraphs in Markdown. */
  readonly explanation: string;
}

/** The findings of one verb, as every reporter takes them. */
export interface FindingReport {
  /** Of the JSON: `LintReport`. */
  readonly kind: string;
  /** `lint` */
  readonly verb: string;
  /** All codes that were looked for, whether or not they were found. */
  readonly rules: readonly FindingRule[];
  /** In the order in which they are to be shown. */
  readonly findings: readonly Finding[];
  /** What to say at the end, for people; absent: how many findings there are. */
  readonly summary?: string;
}

/** A source file's text by the name that findings give it; `undefined` where there is none. */
export type SourceTexts = (file: string) => string | undefined;
