import type { Finding } from "../finding/finding.ts";

/** An edit of a file that changes nothing of what its policies mean. */
export interface LintFix {
  readonly kind: "remove item" | "remove comment";
  readonly file: string;
  /** Where the item, or the comment, begins. */
  readonly line: number;
  readonly column: number;
}

/** A finding of lint, and its mend where one is safe. */
export interface LintFinding extends Finding {
  readonly fix?: LintFix;
}
