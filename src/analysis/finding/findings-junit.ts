import type { Finding } from "./finding.ts";
import type { FindingReport } from "./finding-report.ts";

const NAMES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** What XML 1.0 has no way to write: it is shown as the replacement character. */
const FORBIDDEN = /[^\P{Cc}\t\n\r]|\p{Cs}|[\uFFFE\uFFFF]/gu;

const escaped = (text: string): string =>
  text.replaceAll(FORBIDDEN, "\uFFFD").replaceAll(/[&<>"]/g, (character) => NAMES[character] ?? character);

const attribute = (text: string): string => escaped(text.replaceAll(/\s+/g, " ").trim());

function failedCase({ code, severity, message, object, field, file, line, column, help }: Finding): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(":");
  const name = [code, object, field].filter((part) => part !== undefined).join(" ");
  const body = [place, message, ...(help === undefined ? [] : [`help: ${help}`])]
    .filter((part) => part !== "")
    .join("\n");
  return (
    `    <testcase name="${attribute(name)}" classname="${attribute(file ?? object)}" time="0">\n` +
    `      <failure message="${attribute(message)}" type="${severity}">${escaped(body)}</failure>\n` +
    `    </testcase>\n`
  );
}

/**
 * JUnit's XML, for CI servers: a finding is a failed case of its file, a code that was looked for and not found a passed
 * one. `at` is when, as `2026-01-31T12:00:00`. Valid by Ant's schema and by Jenkins'.
 */
export function findingsJunit({ verb, rules, findings }: FindingReport, at: string): string {
  const found = new Set(findings.map(({ code }) => code));
  const passed = rules.filter(({ code }) => !found.has(code));
  const cases = [
    ...findings.map(failedCase),
    ...passed.map(
      ({ code, name }) =>
        `    <testcase name="${attribute(`${code} ${name}`)}" classname="selvedge.${verb}" time="0"/>\n`,
    ),
  ];
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n` +
    `  <testsuite name="${verb}" package="selvedge" id="0" timestamp="${at}" hostname="localhost"` +
    ` tests="${cases.length}" failures="${findings.length}" errors="0" time="0">\n    <properties><property name="verb" value="${verb}"/></properties>\n${cases.join("")}` +
    `    <system-out/>\n    <system-err/>\n  </testsuite>\n</testsuites>\n`
  );
}
