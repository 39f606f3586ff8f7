import { digest } from "../../core/digest.ts";
import type { Finding, Severity } from "./finding.ts";
import type { FindingReport, FindingRule, SourceTexts } from "./finding-report.ts";
import { valueWidth } from "./value-width.ts";

const LEVELS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };

/** What a path may hold and a URI may not is written in percent. */
const uri = (file: string): string => file.split("/").map(encodeURIComponent).join("/");

function region({ file, line, column }: Finding, texts: SourceTexts): object {
  if (file === undefined || line === undefined) return {};
  const source = column === undefined ? undefined : texts(file)?.split(/\r?\n/)[line - 1];
  const end =
    source === undefined || column === undefined ? {} : { endColumn: column + valueWidth(source, column) };
  return {
    region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }), ...end },
  };
}

function location(finding: Finding, texts: SourceTexts): object {
  const { file, object, field } = finding;
  const fullyQualifiedName = field === undefined ? object : `${object} ${field}`;
  const physicalLocation =
    file === undefined ? undefined : { artifactLocation: { uri: uri(file) }, ...region(finding, texts) };
  return {
    ...(physicalLocation === undefined ? {} : { physicalLocation }),
    logicalLocations: [{ fullyQualifiedName, kind: "resource" }],
  };
}

const rule = ({ code, name, severity, summary, explanation }: FindingRule): object => ({
  id: code,
  name,
  shortDescription: { text: summary },
  fullDescription: { text: summary },
  help: { text: explanation, markdown: explanation },
  defaultConfiguration: { level: LEVELS[severity] },
});

/** The same finding has the same fingerprint when lines move: GitHub then knows that it is not new. */
function fingerprint({ code, object, field, message }: Finding): object {
  return { "selvedge/v1": digest([code, object, field ?? "", message].join("\n")) };
}

/** SARIF 2.1.0, which GitHub's code scanning reads. */
export function findingsSarif(
  { rules, findings }: FindingReport,
  texts: SourceTexts,
  version: string,
): string {
  const indexes = new Map(rules.map(({ code }, i) => [code, i]));
  const results = findings.map((finding) => {
    const { code, severity, message, help } = finding;
    const ruleIndex = indexes.get(code);
    return {
      ruleId: code,
      ...(ruleIndex === undefined ? {} : { ruleIndex }),
      level: LEVELS[severity],
      message: { text: help === undefined ? message : `${message}. Help: ${help}.` },
      locations: [location(finding, texts)],
      partialFingerprints: fingerprint(finding),
    };
  });
  const driver = {
    name: "selvedge",
    semanticVersion: version,
    rules: rules.map(rule),
  };
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{ tool: { driver }, columnKind: "utf16CodeUnits", results }],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}
