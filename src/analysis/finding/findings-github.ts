import type { Finding, Severity } from "./finding.ts";
import type { FindingReport } from "./finding-report.ts";

const COMMANDS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "notice" };

const data = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const property = (text: string | number): string =>
  data(String(text)).replaceAll(":", "%3A").replaceAll(",", "%2C");

function command({ code, severity, message, object, file, line, column, help }: Finding): string {
  const properties = Object.entries({ file, line, col: column, title: `${code} ${object}` })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${property(value)}`]))
    .join(",");
  return `::${COMMANDS[severity]} ${properties}::${data(help === undefined ? message : `${message}\nhelp: ${help}`)}\n`;
}

/** GitHub's workflow commands, one a finding: they stand as annotations beside the lines of a pull request. */
export const findingsGithub = ({ findings }: FindingReport): string => findings.map(command).join("");
