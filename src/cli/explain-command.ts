import { Command, Option } from "commander";
import type { Verdict } from "../core/evaluate.ts";
import { readBackendOption } from "./backend-option.ts";
import { UsageError, exitCodes } from "./exit-codes.ts";
import type { ExplainFlags } from "./explain-question.ts";
import { sourceOptions } from "./source-options.ts";

const CODES: Readonly<Record<Verdict, number>> = {
  allowed: exitCodes.yes,
  denied: exitCodes.no,
  depends: exitCodes.incomplete,
};

export function explainCommand(): Command {
  return sourceOptions(new Command("explain"))
    .summary("why SRC may open a connection to DST, or not: every rule, and what would have to change")
    .description(
      "Answers as `can` does, and says why: both directions, every policy that isolates an end, every rule of it, matched or " +
        "what it lacks, with the line that decides; then the change that would allow it and opens least. Ends and ports are " +
        "written as for `can`.",
    )
    .argument("<src>", "who asks")
    .argument(
      "<dst>",
      "who is asked: END:PORT[/PROTO], or END with --all-ports; IPv6 in brackets before a port",
    )
    .option("--all-ports", "all that may pass, and which rule opens what, instead of one port")
    .option("--rules", "the chains, sets and entries in the kernel that carry it out")
    .option("--counters", "with what they have counted on this node, which must be an end's (needs root)")
    .option("-v, --verbose", "every rule and every connection, however many there are")
    .addOption(
      new Option("-o, --output <format>", "output format").choices(["text", "json", "md"]).default("text"),
    )
    .addOption(readBackendOption())
    .addHelpText(
      "after",
      "\nExit codes: 0 yes, 1 no, 2 bad input, 3 it depends, or RBAC hid what it may hang on.\n" +
        "\nExamples:\n  selvedge explain -f manifests/ shop/front shop/svc/api:80\n" +
        "  selvedge explain -n shop --overlay new-policies/ front api:8080 --rules",
    )
    .action(run);
}

async function run(src: string, dst: string, flags: ExplainFlags): Promise<void> {
  const [{ loadSource }, { namedEnd }, { parseDestination }] = await Promise.all([
    import("./load-source.ts"),
    import("./named-end.ts"),
    import("./destination.ts"),
  ]);
  const { end, port } = parseDestination(dst);
  if (flags.allPorts === true && port !== undefined)
    throw new UsageError(`${dst}: name a port, or ask for --all-ports, not both`);
  if (flags.allPorts === true && (flags.rules ?? flags.counters) === true)
    throw new UsageError("--rules and --counters go with a port");
  if (flags.allPorts !== true && port === undefined) {
    throw new UsageError(
      `${dst}: want END:PORT[/PROTO], as in shop/api:8080, shop/dns:53/UDP or [2001:db8::1]:443; or --all-ports`,
    );
  }
  const loaded = await loadSource(flags);
  const question = {
    loaded,
    from: namedEnd(src, loaded),
    to: namedEnd(end, loaded),
    asked: { from: src, to: dst, incomplete: loaded.incomplete },
  };
  const { verdict, text } =
    port === undefined
      ? await (await import("./explain-all-ports.ts")).explainedPorts(question, flags)
      : await (await import("./explain-port.ts")).explainedPort(question, port, flags);
  process.stdout.write(text);
  process.exitCode = loaded.incomplete.length > 0 ? exitCodes.incomplete : CODES[verdict];
}
