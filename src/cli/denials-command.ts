import { Command, Option } from "commander";
import type { Denial } from "../core/denial.ts";
import { type BackendChoice, readBackendOption } from "./backend-option.ts";
import { UsageError } from "./exit-codes.ts";
import { healthPortOption } from "./health-port-option.ts";

interface DenialsFlags {
  readonly follow?: true;
  readonly output: "text" | "json";
  readonly backend: BackendChoice;
  readonly healthPort: number;
}

export function denialsCommand(): Command {
  return new Command("denials")
    .summary("what this node's policies have denied, as sentences (needs root)")
    .description(
      "Shows denied packets: who to whom, on what, and which policies isolate. Asks this node's enforcer, which also knows " +
        "the rule that came nearest; where none runs, --follow reads the kernel's log itself, with the names that the rules " +
        "in the kernel know. The kernel tells of at most ten packets a second for each class of pods: `selvedge counters` has " +
        "exact numbers.",
    )
    .option("-F, --follow", "go on with what is denied from now on")
    .addOption(
      new Option("-o, --output <format>", "output format; json is one object a line")
        .choices(["text", "json"])
        .default("text"),
    )
    .addOption(readBackendOption())
    .addOption(healthPortOption())
    .addHelpText("after", "\nExamples:\n  selvedge denials\n  selvedge denials --follow -o json")
    .action(async ({ follow, output, backend, healthPort }: DenialsFlags) => {
      const [{ denialText }, { askDenials }] = await Promise.all([
        import("../core/denial.ts"),
        import("../kernel/denials/ask-denials.ts"),
      ]);
      const onDenial = (denial: Denial): void => {
        const line = output === "json" ? JSON.stringify(denial) : `${denial.time} ${denialText(denial)}`;
        process.stdout.write(`${line}\n`);
      };
      // Whoever reads us may have seen enough (`| head`).
      process.stdout.once("error", () => process.exit());
      if (await askDenials({ port: healthPort, follow: follow === true, onDenial })) return;
      if (follow !== true) {
        throw new UsageError(
          `no enforcer answers on port ${healthPort}, and the kernel remembers no denials; --follow shows those to come`,
        );
      }
      const { followKernelDenials } = await import("./follow-kernel-denials.ts");
      throw new UsageError(await followKernelDenials(backend, onDenial));
    });
}
