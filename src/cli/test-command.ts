import { Command } from "commander";
import type { IntentResult } from "../analysis/intents/intent-report.ts";
import { UsageError, exitCodes } from "./exit-codes.ts";
import { type FindingsFormat, findingsIn, findingsOption } from "./findings-output.ts";
import type { ReadIntents } from "./intents/read-intents.ts";
import type { Loaded } from "./load-source.ts";
import { type SourceFlags, sourceOptions } from "./source-options.ts";

interface TestFlags extends SourceFlags {
  readonly output: FindingsFormat;
}

export function testCommand(): Command {
  return sourceOptions(new Command("test"))
    .summary("does what must be allowed and denied hold? every pair is judged")
    .description(
      "Tests intents: what must be allowed, and what must be denied, between any ends, and why. Every pair that an intent " +
        "is about is judged, by the very program that the enforcer carries out. INTENTS are files, or folders with " +
        "*.intent.yaml files. An intent that is about nobody fails: it could not fail otherwise.",
    )
    .argument("<intents...>", "files of intents, or folders of *.intent.yaml files")
    .addOption(findingsOption())
    .addHelpText(
      "after",
      "\nExit codes: 0 all hold, 1 some don't, 2 bad input, 3 some depend on what is\nnot known, or RBAC hid a part.\n" +
        "\nExamples:\n  selvedge test -f manifests/ shop.intent.yaml\n" +
        "  helm template . | selvedge test -f - tests/ -o junit > intents.xml",
    )
    .action(run);
}

async function run(paths: readonly string[], flags: TestFlags): Promise<void> {
  const [{ loadSource, refuseProblems }, { readIntents }] = await Promise.all([
    import("./load-source.ts"),
    import("./intents/read-intents.ts"),
  ]);
  const loaded = await loadSource(flags);
  const read = await readIntents(paths, loaded.namespace);
  refuseProblems(read);
  const results = await checked(read, loaded);
  process.stdout.write(await written(results, flags.output, read, loaded));
  process.exitCode = exitCode(results, loaded);
}

async function checked({ intents }: ReadIntents, loaded: Loaded): Promise<IntentResult[]> {
  const [{ checkIntent }, { sourceProblemText }] = await Promise.all([
    import("../library/intents/check-intent.ts"),
    import("../kube/files/source.ts"),
  ]);
  return intents.map(({ place, namespace, ...intent }): IntentResult => {
    const result = checkIntent({ ...intent, namespace }, loaded);
    if ("kind" in result) throw new UsageError(sourceProblemText({ ...place, message: result.message }));
    return { ...intent, ...place, ...result };
  });
}

async function written(
  results: readonly IntentResult[],
  format: FindingsFormat,
  { texts }: ReadIntents,
  { incomplete }: Loaded,
): Promise<string> {
  if (format === "json")
    return (await import("../analysis/intents/intent-json.ts")).intentJson(results, incomplete);
  const { intentCases, intentFindings } = await import("../analysis/intents/intent-findings.ts");
  const report = format === "junit" ? intentCases(results) : intentFindings(results);
  return findingsIn(format, report, (file) => texts.get(file));
}

function exitCode(results: readonly IntentResult[], { incomplete }: Loaded): number {
  if (results.some(({ outcome }) => outcome === "fails" || outcome === "empty")) return exitCodes.no;
  const isOpen = incomplete.length > 0 || results.some(({ outcome }) => outcome === "depends");
  return isOpen ? exitCodes.incomplete : exitCodes.yes;
}
