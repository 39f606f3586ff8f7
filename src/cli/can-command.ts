import { Command } from "commander";
import type { Verdict } from "../core/evaluate.ts";
import { exitCodes } from "./exit-codes.ts";
import { type SourceFlags, sourceOptions } from "./source-options.ts";

const ANSWERS: Readonly<Record<Verdict, { readonly word: string; readonly code: number }>> = {
  allowed: { word: "yes", code: exitCodes.yes },
  denied: { word: "no", code: exitCodes.no },
  depends: { word: "depends", code: exitCodes.incomplete },
};

export function canCommand(): Command {
  return sourceOptions(new Command("can"))
    .summary("may SRC open a connection to DST? yes or no, and why not")
    .description(
      "Answers from manifests whether SRC may open a connection to DST, by the very program that the enforcer carries out.\n" +
        "An end is a pod or workload, NAMESPACE/NAME, or an address. PORT is a number or a port name; PROTO is TCP, UDP or SCTP.",
    )
    .argument("<src>", "who asks: NAMESPACE/NAME or an address")
    .argument("<dst>", "who is asked: NAMESPACE/NAME:PORT[/PROTO] or ADDRESS:PORT[/PROTO]")
    .option("-q, --quiet", "only the exit code")
    .addHelpText(
      "after",
      "\nExit codes: 0 yes, 1 no, 2 bad input, 3 it depends on what files cannot tell.\n" +
        "\nExamples:\n  selvedge can -f manifests/ shop/front shop/api:http\n" +
        "  helm template . | selvedge can -f - shop/api 203.0.113.10:443",
    )
    .action(async (src: string, dst: string, flags: SourceFlags & { readonly quiet?: true }) => {
      const [{ can }, { loadSource }, { partyIn }, { flowTo, parseDestination }] = await Promise.all([
        import("../analysis/can.ts"),
        import("./load-source.ts"),
        import("./party-in.ts"),
        import("./destination.ts"),
      ]);
      const destination = parseDestination(dst);
      const { cluster, program } = await loadSource(flags);
      const from = partyIn(cluster, src);
      const to = partyIn(cluster, destination.end);
      const answer = can(program, { from, to, flow: flowTo(destination, to) });
      const { word, code } = ANSWERS[answer.verdict];
      const text = answer.verdict === "allowed" ? word : `${word}: ${answer.why}`;
      if (flags.quiet !== true) process.stdout.write(`${text}\n`);
      process.exitCode = code;
    });
}
