import { Command, Option } from "commander";
import { type DiffEvent, countOf, diffEvents } from "../analysis/diff/count-changes.ts";
import type { DiffReport } from "../analysis/diff/diff-report.ts";
import type { Edit } from "../analysis/diff/edit.ts";
import { UsageError, exitCodes } from "./exit-codes.ts";
import type { DiffFlags, DiffSides } from "./diff-sides.ts";
import { type FindingsFormat, findingsIn, findingsOption } from "./findings-output.ts";
import { sourceOptions } from "./source-options.ts";

interface Flags extends DiffFlags {
  readonly output: FindingsFormat;
  readonly failOn: readonly DiffEvent[];
  readonly allPairs?: true;
}

function events(text: string): readonly DiffEvent[] {
  if (text === "never") return [];
  return text.split(",").map((word) => {
    const found = diffEvents.find((event) => event === word.trim());
    if (found === undefined)
      throw new UsageError(`--fail-on ${text}: want never, or some of ${diffEvents.join(",")}`);
    return found;
  });
}

export function diffCommand(): Command {
  return sourceOptions(new Command("diff"), "beside")
    .summary("what a change opens and closes, and which edit does it")
    .description(
      "Tells which connections differ between two clusters, exactly, whatever their text: what opens, closes, widens and " +
        "narrows, by the edits that cause it. New manifests are laid over the live cluster, as kubectl diff does, or with " +
        "--against compared as a whole with other files or a snapshot.",
    )
    .option(
      "--against <path>",
      "the old state: manifests or a snapshot, or live: the live cluster, over which those of -f are laid",
      "live",
    )
    .addOption(
      new Option(
        "--fail-on <events>",
        `exit with 1 on these only: never, or some of\n${diffEvents.join(",")}`,
      )
        .argParser(events)
        .default(diffEvents, "all of them"),
    )
    .option("--all-pairs", "tell whom ends that only one side has reach, too")
    .addOption(findingsOption())
    .addHelpText(
      "after",
      "\nExit codes: 0 the two mean the same, 1 they differ (see --fail-on), 2 bad input, 3 RBAC hid a part.\n" +
        "\nExamples:\n  selvedge diff -f manifests/\n" +
        "  selvedge diff -f new/ --against old/ --fail-on opened,widened -o md",
    )
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  const { diffSides } = await import("./diff-sides.ts");
  const sides = await diffSides(flags);
  const report = await reportOf(sides, flags);
  process.stdout.write(await written(report, sides, flags.output));
  const isFailed = flags.failOn.some((event) => countOf(report.diff, event) > 0);
  if (isFailed) process.exitCode = exitCodes.no;
  else if (report.incomplete.length > 0) process.exitCode = exitCodes.incomplete;
}

async function reportOf(sides: DiffSides, { allPairs }: Flags): Promise<DiffReport> {
  const [{ clustersDiff }, { diffSide }, { diffCauses }, { progress }] = await Promise.all([
    import("../analysis/diff/clusters-diff.ts"),
    import("../library/diff-side.ts"),
    import("./diff-causes.ts"),
    import("./progress.ts"),
  ]);
  const { before, after } = sides;
  const both = [before, after];
  const shown = progress("selvedge diff");
  const diff = clustersDiff(diffSide(before, both), diffSide(after, both), {
    pairs: allPairs === true ? "all" : "shared",
    onStep: shown.at,
  });
  shown.end();
  const ends = (["added", "removed"] as const).flatMap((change) =>
    diff[change].map(({ name }): Edit => ({ kind: "end", key: name, change })),
  );
  const edits = new Set([...diff.changes.flatMap((change) => change.edits), ...ends]);
  const incomplete = [...new Set([...before.incomplete, ...after.incomplete])];
  return { diff, causes: diffCauses([...edits], sides), incomplete };
}

async function written(
  report: DiffReport,
  { before, after }: DiffSides,
  format: FindingsFormat,
): Promise<string> {
  switch (format) {
    case "text": {
      const [{ diffText }, { paint }] = await Promise.all([
        import("../analysis/diff/diff-text.ts"),
        import("./paint.ts"),
      ]);
      return diffText(report, paint());
    }
    case "json":
      return (await import("../analysis/diff/diff-json.ts")).diffJson(report);
    case "md":
      return (await import("../analysis/diff/diff-markdown.ts")).diffMarkdown(report);
    case "sarif":
    case "github":
    case "junit": {
      const { diffFindings } = await import("../analysis/diff/diff-findings.ts");
      return findingsIn(format, diffFindings(report), (file) => after.texts(file) ?? before.texts(file));
    }
  }
}
