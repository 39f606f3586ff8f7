import { Option } from "commander";
import type { FindingReport, SourceTexts } from "../analysis/finding/finding-report.ts";
import { type Finding, type Severity, isAtLeast, severities } from "../analysis/finding/finding.ts";
import { exitCodes } from "./exit-codes.ts";
import { version } from "./version.ts";

const formats = ["text", "json", "sarif", "github", "junit", "md"] as const;

export type FindingsFormat = (typeof formats)[number];

/** `-o`, for verbs that print findings. */
export const findingsOption = (): Option =>
  new Option("-o, --output <format>", "output format").choices(formats).default("text");

export type FailOn = Severity | "never";

/** `--fail-on`, for verbs that print findings. */
export const failOnOption = (): Option =>
  new Option("--fail-on <severity>", "exit with 1 from this severity on")
    .choices([...severities, "never"])
    .default("warning");

/** 1 where something is found that is grave enough, else 3 where something could not be looked at, else 0. */
export function findingsExitCode(
  findings: readonly Finding[],
  failOn: FailOn,
  incomplete: readonly string[],
): number {
  if (failOn !== "never" && findings.some(({ severity }) => isAtLeast(severity, failOn))) return exitCodes.no;
  return incomplete.length > 0 ? exitCodes.incomplete : exitCodes.yes;
}

/** Reports that can be made again give the same bytes: SOURCE_DATE_EPOCH (seconds) stands for now. */
function now(): string {
  const epoch = Number(process.env["SOURCE_DATE_EPOCH"] ?? Number.NaN);
  const at = Number.isFinite(epoch) ? new Date(epoch * 1000) : new Date();
  return at.toISOString().slice(0, "2026-01-31T12:00:00".length);
}

/** The report in the format that was asked for. */
export async function findingsIn(
  format: FindingsFormat,
  report: FindingReport,
  texts: SourceTexts,
): Promise<string> {
  switch (format) {
    case "text": {
      const [{ findingsText }, { paint }] = await Promise.all([
        import("../analysis/finding/findings-text.ts"),
        import("./paint.ts"),
      ]);
      return findingsText(report, texts, paint());
    }
    case "json":
      return (await import("../analysis/finding/findings-json.ts")).findingsJson(report);
    case "sarif":
      return (await import("../analysis/finding/findings-sarif.ts")).findingsSarif(report, texts, version);
    case "github":
      return (await import("../analysis/finding/findings-github.ts")).findingsGithub(report);
    case "junit":
      return (await import("../analysis/finding/findings-junit.ts")).findingsJunit(report, now());
    case "md":
      return (await import("../analysis/finding/findings-markdown.ts")).findingsMarkdown(report);
  }
}
