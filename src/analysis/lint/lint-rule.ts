import type { Severity } from "../finding/finding.ts";
import type { FindingRule } from "../finding/finding-report.ts";
import type { LintContext } from "./lint-context.ts";
import type { FieldPart, Path, Written } from "./lint-input.ts";

/** Something that a rule found. */
export interface Hit {
  /** In whom, and in which of its fields. */
  readonly at: Written;
  readonly path: Path;
  /** What of the field is wrong; its value, where nothing is said. */
  readonly part?: FieldPart;
  readonly message: string;
  /** Where it is not as grave, or graver, than the rule usually is. */
  readonly severity?: Severity;
  readonly label?: string | undefined;
  readonly help?: string | undefined;
  /** The list item at this path may be taken out, and nothing changes but the text. */
  readonly removable?: Path;
}

/** One code: what it means, and an example of each sort. */
export interface LintCode extends FindingRule {
  /** Manifests in which this code is found, and no other. */
  readonly bad: string;
  /** The same, mended. */
  readonly good: string;
}

/** A code that is looked for in the cluster. */
export interface LintRule extends LintCode {
  readonly check: (context: LintContext) => readonly Hit[];
}
