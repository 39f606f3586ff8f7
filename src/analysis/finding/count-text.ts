import { type Finding, severities } from "./finding.ts";

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

const WORDS = {
  error: ["error", "errors"],
  warning: ["warning", "warnings"],
  info: ["info", "infos"],
} as const;

/** `3 findings: 1 error, 2 warnings`, or `no findings`. */
export function countText(findings: readonly Finding[]): string {
  if (findings.length === 0) return "no findings";
  const parts = severities.flatMap((severity) => {
    const count = findings.filter((each) => each.severity === severity).length;
    const [one, many] = WORDS[severity];
    return count === 0 ? [] : [plural(count, one, many)];
  });
  return `${plural(findings.length, "finding", "findings")}: ${parts.join(", ")}`;
}
