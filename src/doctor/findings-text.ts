import type { Finding } from "./finding.ts";

/** One line for each finding, its mend on the next. */
export function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap((finding) => {
    const { check, status, message } = finding;
    const line = `${status.padEnd("unknown".length)}  ${check.padEnd(width)}  ${message}`;
    return finding.status === "ok" ? [line] : [line, `${" ".repeat(width + 11)}-> ${finding.mend}`];
  });
  return `${lines.join("\n")}\n`;
}
