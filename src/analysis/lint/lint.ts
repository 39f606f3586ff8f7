import { compareFindings } from "../finding/finding.ts";
import { applyIgnores } from "./ignores/apply-ignores.ts";
import type { CommentedSource } from "./ignores/ignore-comment.ts";
import { lintContext } from "./lint-context.ts";
import type { LintFinding } from "./lint-finding.ts";
import type { LintInput } from "./lint-input.ts";
import type { Hit, LintRule } from "./lint-rule.ts";
import { lintRules } from "./lint-rules.ts";

function findingOf({ code, severity: usual }: LintRule, hit: Hit): LintFinding {
  const { at, path, part, message, severity = usual, label, help, removable } = hit;
  const { file, line, column } = removable === undefined ? {} : at.locate(removable);
  const isFixable = file !== undefined && line !== undefined && column !== undefined;
  return {
    ...at.locate(path, part),
    code,
    severity,
    message,
    object: at.object,
    label,
    help,
    ...(isFixable && { fix: { kind: "remove item", file, line, column } }),
  };
}

/** All that the rules find, but for what comments silence, and what is to be said of those; in reading order. */
export function lint(input: LintInput, sources: readonly CommentedSource[]): LintFinding[] {
  const context = lintContext(input);
  const findings = lintRules.flatMap((rule) => rule.check(context).map((hit) => findingOf(rule, hit)));
  return applyIgnores(findings, sources).toSorted(compareFindings);
}
