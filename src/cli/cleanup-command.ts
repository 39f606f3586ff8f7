import { Command, Option } from "commander";
import { type Backend, backendName } from "../kernel/variant.ts";
import { exitCodes } from "./exit-codes.ts";
import { healthPortOption } from "./health-port-option.ts";

interface CleanupFlags {
  readonly dryRun?: true;
  readonly output: "text" | "json";
  readonly backend?: Backend;
  readonly healthPort: number;
}

const stillRuns = (backend: Backend | undefined): string =>
  backend === undefined
    ? "selvedge: an enforcer runs on this node and puts everything back, at once or within seconds; stop it first\n"
    : `selvedge: an enforcer runs on this node; if it writes to ${backendName(backend)}, it puts that back, at once or within seconds\n`;

export function cleanupCommand(): Command {
  return new Command("cleanup")
    .summary("remove all that is Selvedge's from this node's kernel, and nothing else (needs root)")
    .description(
      "Removes Selvedge's hooks, chains and sets, of iptables-legacy, iptables-nft and nftables, IPv4 and IPv6, and says what it removed. " +
        "Rules of others stay as they are, also where they hold something of ours. Stop the enforcer first: it writes all anew. " +
        "From then on no NetworkPolicy is enforced on this node. --backend removes what stands there alone: what an enforcer " +
        "left over that has another backend now, by which nothing is opened.",
    )
    .option("--dry-run", "only show what would be removed")
    .addOption(new Option("-o, --output <format>", "output format").choices(["text", "json"]).default("text"))
    .addOption(
      new Option(
        "--backend <backend>",
        "only what stands there: in an iptables (nft, legacy), or nftables",
      ).choices(["nft", "legacy", "nftables"]),
    )
    .addOption(healthPortOption())
    .addHelpText(
      "after",
      "\nExit codes: 0 nothing of ours is left, 1 something of ours could not be removed or looked at,\n2 bad usage.\n" +
        "\nExamples:\n  selvedge cleanup --dry-run\n  selvedge cleanup --backend legacy -o json",
    )
    .action(async ({ dryRun, output, backend, healthPort }: CleanupFlags) => {
      const [{ cleanup, cleanupDryRun }, { cleanupText }, { askEnforcer }, { processExec }] =
        await Promise.all([
          import("../kernel/cleanup/cleanup.ts"),
          import("./cleanup-text.ts"),
          import("../kernel/ask-enforcer.ts"),
          import("../kernel/exec.ts"),
        ]);
      const enforcerRuns = (await askEnforcer(healthPort)).kind === "answered";
      if (enforcerRuns) process.stderr.write(stillRuns(backend));
      const isDry = dryRun === true;
      const report = await (isDry ? cleanupDryRun : cleanup)(processExec, backend);
      const header = { apiVersion: "selvedge.dev/v1alpha1", kind: "CleanupReport" };
      process.stdout.write(
        output === "json"
          ? `${JSON.stringify({ ...header, dryRun: isDry, enforcerRuns, ...(backend && { backend }), ...report }, undefined, 2)}\n`
          : cleanupText(report, isDry ? "would remove" : "removed"),
      );
      process.exitCode = report.left.length === 0 ? exitCodes.yes : exitCodes.no;
    });
}
