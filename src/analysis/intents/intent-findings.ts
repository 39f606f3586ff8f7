import type { FindingReport, FindingRule } from "../finding/finding-report.ts";
import type { Finding } from "../finding/finding.ts";
import {
  type IntentFailure,
  type IntentOutcome,
  type IntentResult,
  intentText,
  intentsSummary,
} from "./intent-report.ts";

const rule = (
  code: string,
  name: string,
  severity: FindingRule["severity"],
  summary: string,
): FindingRule => ({
  code,
  name,
  severity,
  summary,
  explanation: summary,
});

const DENIED = rule("IN101", "not-allowed", "error", "Something that must be allowed is denied.");
const ALLOWED = rule("IN102", "not-denied", "error", "Something that must be denied is allowed.");
const EMPTY = rule(
  "IN103",
  "about-nobody",
  "error",
  "An intent is about no pair of ends: it could not fail.",
);
const DEPENDS = rule(
  "IN104",
  "not-certain",
  "warning",
  "Whether an intent holds depends on what is not known or not defined.",
);

const SHOWN = 3;

const pairText = ({ from, to, port }: IntentFailure): string => `${from} -> ${to} ${port}`;

function others(failures: readonly IntentFailure[], pairs: number): string | undefined {
  const [, ...rest] = failures;
  if (rest.length === 0) return undefined;
  const shown = rest.slice(0, SHOWN).map(pairText).join(", ");
  const more = rest.length > SHOWN ? ` and ${rest.length - SHOWN} more` : "";
  return `likewise, of ${pairs} pairs: ${shown}${more}`;
}

function ruleOf({ outcome, expect }: IntentResult): FindingRule | undefined {
  const rules: Readonly<Record<IntentOutcome, FindingRule | undefined>> = {
    holds: undefined,
    fails: expect === "allow" ? DENIED : ALLOWED,
    empty: EMPTY,
    depends: DEPENDS,
  };
  return rules[outcome];
}

function finding(result: IntentResult): Finding[] {
  const { because, failures, pairs, problem, file, line, column } = result;
  const found = ruleOf(result);
  if (found === undefined) return [];
  const [first] = failures;
  const said = { allowed: "is allowed", denied: "is denied", depends: "is not certain" };
  const message =
    first === undefined
      ? (problem ?? "it is about nobody")
      : `${pairText(first)} ${said[first.verdict]}: ${first.why}`;
  const help = others(failures, pairs);
  return [
    {
      code: found.code,
      severity: found.severity,
      message,
      object: intentText(result),
      file,
      line,
      column,
      label: because,
      ...(help !== undefined && { help }),
    },
  ];
}

/** The intents that do not hold as findings, each at its place. */
export const intentFindings = (results: readonly IntentResult[]): FindingReport => ({
  kind: "IntentReport",
  verb: "test",
  rules: [DENIED, ALLOWED, EMPTY, DEPENDS],
  findings: results.flatMap(finding),
  summary: intentsSummary(results),
});

/** As `intentFindings`, for those who count cases: each intent is one, whether it holds or not. */
export function intentCases(results: readonly IntentResult[]): FindingReport {
  const id = ({ file, line }: IntentResult): string => `${file}:${line}`;
  return {
    ...intentFindings(results),
    rules: results.map((result) => ({
      ...DENIED,
      code: id(result),
      name: `${intentText(result)}: ${result.because}`,
    })),
    findings: results.flatMap((result) => finding(result).map((each) => ({ ...each, code: id(result) }))),
  };
}
