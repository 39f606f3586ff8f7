import type { FindingReport, FindingRule } from "../finding/finding-report.ts";
import type { Finding } from "../finding/finding.ts";
import type { DiffEvent } from "./count-changes.ts";
import { changeText } from "./diff-lines.ts";
import { type Cause, type DiffReport, causeText, causesOf } from "./diff-report.ts";
import { editId, type Edit } from "./edit.ts";

const rule = (
  code: string,
  name: DiffEvent,
  severity: FindingRule["severity"],
  summary: string,
): FindingRule & { readonly name: DiffEvent } => ({ code, name, severity, summary, explanation: summary });

const rules = [
  rule("DF101", "opened", "warning", "An end reaches another that it did not reach before."),
  rule("DF102", "closed", "warning", "An end no longer reaches another."),
  rule("DF103", "widened", "warning", "An end reaches another on more than before."),
  rule("DF104", "narrowed", "warning", "An end reaches another on less than before."),
  rule("DF201", "added", "info", "A pod, workload or node is new."),
  rule("DF202", "removed", "info", "A pod, workload or node is gone."),
];

function finding(event: DiffEvent, message: string, [first, ...more]: readonly Cause[]): Finding {
  const found = rules.find(({ name }) => name === event);
  if (found === undefined || first === undefined) throw new Error(`nothing causes what is ${event}`);
  const { object, field, file, line, column } = first;
  const others = more.map(causeText);
  return {
    code: found.code,
    severity: found.severity,
    message,
    object,
    field,
    file,
    line,
    column,
    ...(others.length > 0 && { help: `caused together with ${others.join(", and ")}` }),
  };
}

/** The diff as findings, for those who read findings: each at the edit that causes it. */
export function diffFindings(report: DiffReport): FindingReport {
  const { changes, added, removed } = report.diff;
  const changed = changes.map((change) =>
    finding(change.kind, changeText(change), causesOf(change.edits, report)),
  );
  const ends = (
    [
      ["added", added],
      ["removed", removed],
    ] as const
  ).flatMap(([event, parties]) =>
    parties.map(({ name }) => {
      const edit: Edit = { kind: "end", key: name, change: event };
      const cause = report.causes.get(editId(edit)) ?? { change: event, object: name };
      return finding(event, `${name} ${event === "added" ? "is new" : "is gone"}`, [cause]);
    }),
  );
  return { kind: "ConnectivityDiff", verb: "diff", rules, findings: [...changed, ...ends] };
}
