import { Command, Option } from "commander";
import { exitCodes } from "./exit-codes.ts";
import { healthPortOption } from "./health-port-option.ts";

const CODES = { ok: exitCodes.yes, fail: exitCodes.no, unknown: exitCodes.incomplete } as const;

export function doctorCommand(): Command {
  return new Command("doctor")
    .summary("is everything on this node as policies need it? each ailment with its mend (needs root)")
    .description(
      "Looks at this node: programs, kernel, bridges, other enforcers, Selvedge's own hooks, chains and sets, and its enforcer. " +
        "Changes nothing: what the kernel can do is tried in a network namespace that is thrown away, of nftables in a transaction " +
        "that is never committed.",
    )
    .addOption(new Option("-o, --output <format>", "output format").choices(["text", "json"]).default("text"))
    .addOption(healthPortOption())
    .addHelpText(
      "after",
      "\nExit codes: 0 all is well (warnings aside), 1 something is wrong, 2 bad usage,\n3 something could not be looked at.\n" +
        "\nExamples:\n  selvedge doctor\n  selvedge doctor -o json --health-port 10300",
    )
    .action(async (flags: { readonly output: "text" | "json"; readonly healthPort: number }) => {
      const [{ gatherFacts }, { diagnose }, { findingsText }, { verdictOf }, { processExec }] =
        await Promise.all([
          import("../doctor/gather/gather.ts"),
          import("../doctor/diagnose.ts"),
          import("../doctor/findings-text.ts"),
          import("../doctor/finding.ts"),
          import("../kernel/exec.ts"),
        ]);
      const findings = diagnose(await gatherFacts(processExec, flags.healthPort));
      const report = { apiVersion: "selvedge.dev/v1alpha1", kind: "DoctorReport", findings };
      process.stdout.write(
        flags.output === "json" ? `${JSON.stringify(report, undefined, 2)}\n` : findingsText(findings),
      );
      process.exitCode = CODES[verdictOf(findings)];
    });
}
