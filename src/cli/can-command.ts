import { Command, Option } from "commander";
import type { Verdict } from "../core/evaluate.ts";
import type { AskedEnd } from "../library/ends.ts";
import type { PortSpec } from "../library/port-spec.ts";
import { UsageError, exitCodes } from "./exit-codes.ts";
import type { Loaded } from "./load-source.ts";
import { type SourceFlags, sourceOptions } from "./source-options.ts";

const CODES: Readonly<Record<Verdict, number>> = {
  allowed: exitCodes.yes,
  denied: exitCodes.no,
  depends: exitCodes.incomplete,
};

interface CanFlags extends SourceFlags {
  readonly quiet?: true;
  readonly allPorts?: true;
  readonly output: "text" | "json";
}

/** What was asked, found in the cluster. */
interface Found {
  readonly loaded: Loaded;
  readonly from: AskedEnd;
  readonly to: AskedEnd;
  readonly written: { readonly from: string; readonly to: string };
}

interface Said {
  readonly verdict: Verdict;
  readonly text: string;
}

async function onePort({ loaded, from, to, written }: Found, port: PortSpec, output: string): Promise<Said> {
  const [{ ask }, texts] = await Promise.all([import("../library/ask.ts"), import("./can-answers.ts")]);
  const answer = ask(loaded.program, loaded.cluster, { from, to, port });
  if ("kind" in answer) throw new UsageError(answer.message);
  const { incomplete } = loaded;
  const text = output === "json" ? texts.canJson(answer, { ...written, incomplete }) : texts.canText(answer);
  return { verdict: answer.verdict, text };
}

async function everyPort({ loaded, from, to, written }: Found, output: string): Promise<Said> {
  const [{ askAllPorts }, texts] = await Promise.all([
    import("../library/ask-all-ports.ts"),
    import("./can-answers.ts"),
  ]);
  const bounds = askAllPorts(loaded.program, loaded.cluster, { from, to });
  if ("kind" in bounds) throw new UsageError(bounds.message);
  const { incomplete } = loaded;
  const text =
    output === "json" ? texts.portsJson(bounds, { ...written, incomplete }) : texts.portsText(bounds);
  return { verdict: texts.portsVerdict(bounds), text };
}

export function canCommand(): Command {
  return sourceOptions(new Command("can"))
    .summary("may SRC open a connection to DST? yes or no, and why not")
    .description(
      "Answers whether SRC may open a connection to DST, by the very program that the enforcer carries out: from manifests, " +
        "or from the live cluster. An end is [NAMESPACE/]NAME (a pod, workload or Service), NAMESPACE/KIND/NAME, node/NAME, " +
        "NAMESPACE/{key=value,...} (a pod that is not there yet), an address, a CIDR, or world. PORT is a number, a port name, " +
        "or icmp; PROTO is TCP, UDP or SCTP. An end that is many gets yes or no where that holds for all of them.",
    )
    .argument("<src>", "who asks")
    .argument(
      "<dst>",
      "who is asked: END:PORT[/PROTO], or END with --all-ports; IPv6 in brackets before a port",
    )
    .option("-q, --quiet", "only the exit code")
    .option("--all-ports", "all that may pass, every port of every protocol, instead of one port")
    .addOption(new Option("-o, --output <format>", "output format").choices(["text", "json"]).default("text"))
    .addHelpText(
      "after",
      "\nExit codes: 0 yes, 1 no, 2 bad input, 3 it depends, or RBAC hid what it may hang on.\n" +
        "\nExamples:\n  selvedge can -f manifests/ shop/front shop/api:http\n" +
        "  helm template . | selvedge can -f - shop/api 203.0.113.10:443\n" +
        "  selvedge can -n shop --overlay new-policies/ front api:8080",
    )
    .action(async (src: string, dst: string, flags: CanFlags) => {
      const [{ loadSource }, { namedEnd }, { parseDestination }] = await Promise.all([
        import("./load-source.ts"),
        import("./named-end.ts"),
        import("./destination.ts"),
      ]);
      const { end, port } = parseDestination(dst);
      if (flags.allPorts === true && port !== undefined)
        throw new UsageError(`${dst}: name a port, or ask for --all-ports, not both`);
      if (flags.allPorts !== true && port === undefined) {
        throw new UsageError(
          `${dst}: want END:PORT[/PROTO], as in shop/api:8080, shop/dns:53/UDP or [2001:db8::1]:443; or --all-ports`,
        );
      }
      const loaded = await loadSource(flags);
      const found = {
        loaded,
        from: namedEnd(src, loaded),
        to: namedEnd(end, loaded),
        written: { from: src, to: dst },
      };
      const { verdict, text } =
        port === undefined ? await everyPort(found, flags.output) : await onePort(found, port, flags.output);
      if (flags.quiet !== true) process.stdout.write(text);
      process.exitCode = loaded.incomplete.length > 0 ? exitCodes.incomplete : CODES[verdict];
    });
}
