import type { Finding } from "./finding.ts";
import type { FindingReport } from "./finding-report.ts";

const jsonFinding = ({
  code,
  severity,
  message,
  object,
  field,
  file,
  line,
  column,
  help,
}: Finding): unknown => ({ code, severity, message, object, field, file, line, column, help });

/** Versioned; a key whose value nobody knows (the file of what is live) is left out. */
export const findingsJson = ({ kind, findings }: FindingReport): string =>
  `${JSON.stringify({ apiVersion: "selvedge.dev/v1alpha1", kind, findings: findings.map(jsonFinding) }, undefined, 2)}\n`;
