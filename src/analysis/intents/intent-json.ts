import { intentFindings } from "./intent-findings.ts";
import type { IntentOutcome, IntentResult } from "./intent-report.ts";

/** Versioned: every intent with what became of it, those that do not hold as findings, too, and how many of each. */
export function intentJson(results: readonly IntentResult[], incomplete: readonly string[]): string {
  const outcomes: readonly IntentOutcome[] = ["holds", "fails", "depends", "empty"];
  const count = (wanted: IntentOutcome): number => results.filter(({ outcome }) => outcome === wanted).length;
  const json = {
    apiVersion: "selvedge.dev/v1alpha1",
    kind: "IntentReport",
    intents: results,
    findings: intentFindings(results).findings,
    counts: Object.fromEntries(outcomes.map((outcome) => [outcome, count(outcome)])),
    incomplete,
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}
