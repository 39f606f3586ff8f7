import { Command, Option } from "commander";
import type { MapOnly } from "../analysis/map/map-filter.ts";
import { exitCodes } from "./exit-codes.ts";
import type { MapQuestion } from "./map-answer.ts";
import { type MapFormat, mapFormats } from "./map-formats.ts";
import { type SourceFlags, sourceOptions } from "./source-options.ts";

interface MapFlags extends SourceFlags, Omit<MapQuestion, "only"> {
  readonly only?: MapOnly;
  readonly output: MapFormat;
}

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];

const ONLY: readonly MapOnly[] = ["allowed", "denied", "depends", "all"];

export function mapCommand(): Command {
  return sourceOptions(new Command("map"))
    .summary("who reaches whom, on what")
    .description(
      "Shows for every pair of pods and workloads, and for the world outside as far as policies tell it apart, what may pass: " +
        "exact, every port and protocol. A pair of which nothing is known to pass is left out; so is what depends on what nobody " +
        "knows. An end is [NAMESPACE/]NAME, NAMESPACE/KIND/NAME, node/NAME, NAMESPACE/{key=value,...}, an address, a CIDR, or world.",
    )
    .addOption(new Option("--from <end>", "only these sources (repeatable)").argParser(collect))
    .addOption(new Option("--to <end>", "only these destinations (repeatable)").argParser(collect))
    .option("--port <port[/proto]>", "only pairs where this passes: 8080, 53/UDP, http, icmp")
    .addOption(
      new Option("--only <which>", "pairs where something passes, nothing can, something depends, or all")
        .choices(ONLY)
        .default(undefined, "allowed; in html all"),
    )
    .addOption(
      new Option("-o, --output <format>", "output format; html is one file, to be opened in a browser")
        .choices(mapFormats)
        .default("text"),
    )
    .addHelpText(
      "after",
      "\nExit codes: 0 answered, 2 bad input, 3 RBAC hid what it may hang on.\n" +
        "\nExamples:\n  selvedge map -f manifests/ -o html > map.html\n" +
        "  selvedge map -f manifests/ --from world --port 443\n" +
        "  kubectl get ns,pods,deploy,netpol -A -o yaml | selvedge map -f - -o json",
    )
    .action(async (flags: MapFlags) => {
      const [{ loadSource }, { answerMap }, { mapIn }] = await Promise.all([
        import("./load-source.ts"),
        import("./map-answer.ts"),
        import("./map-output.ts"),
      ]);
      const loaded = await loadSource(flags);
      const { output, port = "" } = flags;
      const only = flags.only ?? (output === "html" ? "all" : "allowed");
      // The page filters by itself, and has every reason in it.
      const answer = answerMap(loaded, { ...flags, only: output === "html" ? "all" : only });
      process.stdout.write(await mapIn(output, { answer, loaded, only, port }));
      if (loaded.incomplete.length > 0) process.exitCode = exitCodes.incomplete;
    });
}
