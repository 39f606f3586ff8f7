import { Command, Option } from "commander";
import { type BackendChoice, readBackendOption } from "./backend-option.ts";
import { backendName } from "../kernel/variant.ts";
import { UsageError } from "./exit-codes.ts";
import { note } from "./note.ts";

interface CountersFlags {
  readonly output: "text" | "json";
  readonly backend: BackendChoice;
}

export function countersCommand(): Command {
  return new Command("counters")
    .summary("what each rule of each policy has let pass on this node, and dropped (needs root)")
    .description(
      "Reads the packet counters of this node's rules from the kernel, by the policy's rule that was written down, IPv4 and " +
        "IPv6 together, and leaves them as they are. A rule counts the first packet of each connection: established ones pass " +
        "before it. A denied packet counts for every policy that isolates. The kernel counts from when a rule was last written.",
    )
    .addOption(new Option("-o, --output <format>", "output format").choices(["text", "json"]).default("text"))
    .addOption(readBackendOption())
    .addHelpText("after", "\nExamples:\n  selvedge counters\n  selvedge counters -o json --backend legacy")
    .action(async ({ output, backend }: CountersFlags) => {
      const [{ processExec }, { standingBackend }, { readCounted }, { policyCounters }, texts] =
        await Promise.all([
          import("../kernel/exec.ts"),
          import("../kernel/standing-backend.ts"),
          import("../kernel/counters/read-counted.ts"),
          import("../kernel/counters/policy-counters.ts"),
          import("./counters-text.ts"),
        ]);
      const standing = await standingBackend(processExec, backend);
      const counted = await readCounted(processExec, standing.backend).catch((error: unknown) => {
        throw new UsageError(error instanceof Error ? error.message : String(error));
      });
      const rules = [...counted.IPv4, ...counted.IPv6];
      const counters = policyCounters(rules);
      const name = backendName(standing.backend);
      if (rules.length === 0) note(`no rules of Selvedge stand in ${name}`);
      if (standing.others.length > 0)
        note(
          `these are of ${name}; rules of Selvedge stand in ${standing.others.map(backendName).join(" and ")}, too: --backend ${standing.others.join(", ")}`,
        );
      process.stdout.write(output === "json" ? texts.countersJson(counters) : texts.countersText(counters));
    });
}
