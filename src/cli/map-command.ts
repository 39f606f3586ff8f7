import { Command, Option } from "commander";
import { type SourceFlags, sourceOptions } from "./source-options.ts";

export function mapCommand(): Command {
  return sourceOptions(new Command("map"))
    .summary("who reaches whom, on what")
    .description(
      "Shows for every pair of pods and workloads in the manifests what may pass: exact, every port and protocol.\n" +
        "A pair of which nothing is known to pass is left out; so is what depends on addresses that files cannot tell.",
    )
    .addOption(new Option("-o, --output <format>", "output format").choices(["text", "json"]).default("text"))
    .addHelpText(
      "after",
      "\nExamples:\n  selvedge map -f manifests/\n  kubectl get ns,pods,deploy,netpol -A -o yaml | selvedge map -f - -o json",
    )
    .action(async (flags: SourceFlags & { readonly output: "text" | "json" }) => {
      const [{ connectivityMap }, { mapText }, { loadSource }, { allParties }] = await Promise.all([
        import("../analysis/connectivity-map.ts"),
        import("../analysis/map-text.ts"),
        import("./load-source.ts"),
        import("../library/parties.ts"),
      ]);
      const { cluster, program } = await loadSource(flags);
      const parties = allParties(cluster);
      const map = connectivityMap(program, parties);
      const text =
        flags.output === "json" ? `${JSON.stringify(map, undefined, 2)}\n` : mapText(map, parties.length);
      process.stdout.write(text);
    });
}
