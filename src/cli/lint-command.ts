import { Command, Option } from "commander";
import { type Severity, isAtLeast, severities } from "../analysis/finding/finding.ts";
import type { SourceTexts } from "../analysis/finding/finding-report.ts";
import type { LintFinding } from "../analysis/lint/lint-finding.ts";
import { UsageError } from "./exit-codes.ts";
import {
  type FailOn,
  type FindingsFormat,
  failOnOption,
  findingsExitCode,
  findingsIn,
  findingsOption,
} from "./findings-output.ts";
import type { Loaded } from "./load-source.ts";
import { note } from "./note.ts";
import { type SourceFlags, sourceOptions } from "./source-options.ts";

interface LintFlags extends SourceFlags {
  readonly output: FindingsFormat;
  readonly severity: Severity;
  readonly failOn: FailOn;
  readonly select?: readonly string[];
  readonly ignore?: readonly string[];
  readonly fix?: true;
  readonly dryRun?: true;
}

const codes = (text: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  ...text.split(",").map((code) => code.trim().toUpperCase()),
];

export function lintCommand(): Command {
  return sourceOptions(new Command("lint"))
    .summary("what is wrong with the policies, or hardly meant")
    .description(
      "Looks for policies that do nothing, or something else than they seem to, by the very program that the enforcer carries " +
        "out. `selvedge rule` lists the codes. `# selvedge-ignore NP101: reason` silences one where it is right as it is.",
    )
    .addOption(findingsOption())
    .addOption(failOnOption())
    .addOption(
      new Option("--severity <severity>", "show what is as grave, or graver")
        .choices(severities)
        .default("info"),
    )
    .addOption(new Option("--select <codes>", "only these codes, separated by commas").argParser(codes))
    .addOption(new Option("--ignore <codes>", "all but these codes").argParser(codes))
    .option("--fix", "mend in the files what can be mended without a change of meaning")
    .option("--dry-run", "with --fix: show the change as a diff, write nothing")
    .addHelpText(
      "after",
      "\nExit codes: 0 nothing is found from --fail-on on, 1 something is, 2 bad input,\n3 something could not be looked at.\n" +
        "\nExamples:\n  selvedge lint -f manifests/\n  helm template . | selvedge lint -f - -o sarif --fail-on error > lint.sarif",
    )
    .action(run);
}

async function run(flags: LintFlags): Promise<void> {
  if (flags.dryRun === true && flags.fix !== true) throw new UsageError("--dry-run goes with --fix");
  if (flags.fix === true) refuseUnwritable(flags);
  const { lintCodes } = await import("../analysis/lint/lint-rules.ts");
  const known = new Set(lintCodes.map(({ code }) => code));
  for (const code of [...(flags.select ?? []), ...(flags.ignore ?? [])])
    if (!known.has(code)) throw new UsageError(`no rule ${code} (\`selvedge rule\` lists them)`);
  let loaded = await loadForLint(flags);
  let findings = await found(loaded, flags);
  if (flags.fix === true && flags.dryRun !== true) {
    loaded = await fix(loaded, findings, flags);
    findings = await found(loaded, flags);
  }
  const report = { kind: "LintReport", verb: "lint", rules: lintCodes, findings };
  const text =
    flags.dryRun === true
      ? await diffOf(loaded, findings)
      : await findingsIn(flags.output, report, textsOf(loaded));
  process.stdout.write(text);
  process.exitCode = findingsExitCode(findings, flags.failOn, loaded.incomplete);
}

/** The source, without the warnings of which there is a rule: what is a finding is told once. */
async function loadForLint(flags: LintFlags): Promise<Loaded> {
  const [{ loaded }, { readSource }, { isOfUnknownField }] = await Promise.all([
    import("./load-source.ts"),
    import("./read-source.ts"),
    import("../kube/validation/unknown-fields.ts"),
  ]);
  return loaded(await readSource(flags), ({ message }) => !isOfUnknownField(message));
}

function refuseUnwritable({ filename }: LintFlags): void {
  if (filename === undefined) throw new UsageError("--fix mends files: name them with -f");
  if (filename.includes("-")) throw new UsageError("--fix mends files: standard input is none");
}

const textsOf =
  (loaded: Loaded): SourceTexts =>
  (file) =>
    loaded.texts(file);

async function found(loaded: Loaded, flags: LintFlags): Promise<LintFinding[]> {
  const [{ lint }, { lintInput, commentedSources }] = await Promise.all([
    import("../analysis/lint/lint.ts"),
    import("./lint-input.ts"),
  ]);
  const { select, ignore = [], severity } = flags;
  const { cluster, program } = loaded;
  return lint(lintInput(cluster, program), commentedSources(cluster, textsOf(loaded))).filter(
    (finding) =>
      isAtLeast(finding.severity, severity) &&
      (select?.includes(finding.code) ?? true) &&
      !ignore.includes(finding.code),
  );
}

async function diffOf(loaded: Loaded, findings: readonly LintFinding[]): Promise<string> {
  const { fixedFiles, fixesDiff } = await import("./lint-fixes.ts");
  const files = fixedFiles(findings, textsOf(loaded));
  if (files.length === 0) note("nothing here can be mended without a change of meaning");
  return fixesDiff(files);
}

/** Mends until nothing more can be: what one mend uncovers is mended by the next. */
async function fix(first: Loaded, findings: readonly LintFinding[], flags: LintFlags): Promise<Loaded> {
  const { fixedFiles, writeFixes } = await import("./lint-fixes.ts");
  let loaded = first;
  let mendable = findings;
  for (;;) {
    // Each round makes some file shorter, so there is a last one.
    const files = fixedFiles(mendable, textsOf(loaded));
    if (files.length === 0) return loaded;
    await writeFixes(files);
    for (const { file, fixed } of files)
      note(`${file}: ${fixed} ${fixed === 1 ? "finding" : "findings"} mended`);
    loaded = await loadForLint(flags);
    mendable = await found(loaded, flags);
  }
}
