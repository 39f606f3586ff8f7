import { setTimeout as sleep } from "node:timers/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import { UsageError, exitCodes } from "./exit-codes.ts";
import type { StatusReading } from "./status/read-status.ts";

interface StatusFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly server?: string;
  readonly namespace?: string;
  readonly allNamespaces?: true;
  readonly wait?: true;
  readonly timeout: number;
  readonly output: "text" | "json";
}

/** Milliseconds between two looks. */
const LOOK = 500;

function seconds(text: string): number {
  const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError("want a duration, as 30s or 5m");
  return Number(number) * { ms: 0.001, s: 1, m: 60, h: 3600 }[unit as "ms" | "s" | "m" | "h"];
}

const exitCodeOf = (reading: StatusReading): number => {
  if (reading.kind === "unknown") return exitCodes.incomplete;
  return reading.rows.every(({ enforced }) => enforced) ? exitCodes.yes : exitCodes.no;
};

export function statusCommand(): Command {
  return new Command("status")
    .summary("how far the cluster's policies are enforced: pods, nodes, since when")
    .description(
      "Shows each NetworkPolicy with the pods that it selects, on how many of the nodes that run them it is enforced as it now " +
        "is, and since when. Asks what the controller writes down, so it needs a cluster that has one.",
    )
    .option("--server <url>", "API server to use without credentials, a local proxy for one")
    .option("--kubeconfig <file>", "kubeconfig of the cluster (default: as kubectl)")
    .option("--context <name>", "context of the kubeconfig (default: the current one)")
    .addOption(
      new Option("-n, --namespace <name>", "whose policies (default: the context's, else default)").conflicts(
        "allNamespaces",
      ),
    )
    .option("-A, --all-namespaces", "the policies of all namespaces")
    .option("--wait", "until all of them are enforced, or the time is over")
    .addOption(
      new Option("--timeout <duration>", "how long --wait waits, as 30s or 5m")
        .argParser(seconds)
        .default(60, "60s"),
    )
    .addOption(new Option("-o, --output <format>", "output format").choices(["text", "json"]).default("text"))
    .addHelpText(
      "after",
      "\nExit codes: 0 all are enforced, 1 not all (yet), 2 bad input, 3 cannot tell.\n" +
        "\nExamples:\n  selvedge status -A\n  kubectl apply -f policies/ && selvedge status -n shop --wait --timeout 30s",
    )
    .action(async ({ namespace, allNamespaces, wait, timeout, output, ...connection }: StatusFlags) => {
      const [{ connectContext }, { readStatus }, { statusText }, { DEFAULT_NAMESPACE }] = await Promise.all([
        import("../kube/connect.ts"),
        import("./status/read-status.ts"),
        import("./status/status-text.ts"),
        import("../kube/schema/identity.ts"),
      ]);
      const context = await connectContext(connection).catch((error: unknown) => {
        throw new UsageError(`no cluster to ask: ${error instanceof Error ? error.message : String(error)}`);
      });
      const { client } = context;
      const where =
        allNamespaces === true ? undefined : (namespace ?? context.namespace ?? DEFAULT_NAMESPACE);
      const deadline = performance.now() + (wait === true ? timeout * 1000 : 0);
      try {
        let reading = await readStatus(client, where);
        while (exitCodeOf(reading) !== exitCodes.yes && performance.now() < deadline) {
          await sleep(LOOK);
          reading = await readStatus(client, where);
        }
        process.exitCode = exitCodeOf(reading);
        if (reading.kind === "unknown") process.stderr.write(`selvedge: cannot tell: ${reading.why}\n`);
        else if (output === "text") process.stdout.write(statusText(reading.rows, new Date()));
        else
          process.stdout.write(
            `${JSON.stringify({ apiVersion: "selvedge.dev/v1alpha1", kind: "PolicyStatus", policies: reading.rows }, undefined, 2)}\n`,
          );
      } finally {
        client.close();
      }
    });
}
