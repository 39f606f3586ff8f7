import { countText } from "./count-text.ts";
import type { Finding, Severity } from "./finding.ts";
import type { FindingReport } from "./finding-report.ts";

const MARKS: Readonly<Record<Severity, string>> = { error: "❌", warning: "⚠️", info: "ℹ️" };

/** Nothing in it begins markup or ends a table's cell. */
const escaped = (text: string): string =>
  text.replaceAll(/[\\`*_{}[\]<>#|~]/g, String.raw`\$&`).replaceAll(/\s+/g, " ");

/** As `escaped`, but the message's own code spans stay. */
const prose = (text: string): string =>
  text
    .split(/(`[^`]*`)/)
    .map((part, i) =>
      i % 2 === 1 ? part.replaceAll("|", String.raw`\|`).replaceAll(/\s+/g, " ") : escaped(part),
    )
    .join("");

function row({ code, severity, message, object, field, file, line, help }: Finding): string {
  const where = file === undefined ? object : `${file}${line === undefined ? "" : `:${line}`}`;
  const what = [prose(message), ...(help === undefined ? [] : [`*${prose(help)}*`])].join("<br>");
  const who = file === undefined ? (field ?? "") : `${object}${field === undefined ? "" : ` ${field}`}`;
  return `| ${MARKS[severity]} ${severity} | ${code} | ${escaped(where)}<br>${escaped(who)} | ${what} |`;
}

/** A table for a pull request's comment or a job's summary. */
export function findingsMarkdown({ verb, findings, summary }: FindingReport): string {
  const heading = `### selvedge ${verb}: ${summary ?? countText(findings)}\n`;
  if (findings.length === 0) return heading;
  const head = "| severity | code | where | what |\n| --- | --- | --- | --- |";
  return `${heading}\n${head}\n${findings.map(row).join("\n")}\n`;
}
