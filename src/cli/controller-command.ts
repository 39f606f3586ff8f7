import { Command, InvalidArgumentError, Option } from "commander";

interface ControllerFlags {
  readonly server?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace: string;
  readonly logLevel: string;
  readonly healthHost: string;
  readonly healthPort: number;
}

function port(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0 || number > 65535)
    throw new InvalidArgumentError("want 0 to 65535");
  return number;
}

export function controllerCommand(): Command {
  return new Command("controller")
    .summary("compile the cluster's policies for its enforcers; one of several leads")
    .description(
      "Watches NetworkPolicies, Namespaces and Pods, and publishes what they come to as CompiledPolicies and AddressGroups, " +
        "which every node's enforcer carries out. Several may run: a Lease tells who writes, the others stand by.",
    )
    .option("--server <url>", "API server to use without credentials, a local proxy for one")
    .option("--kubeconfig <file>", "default: $KUBECONFIG, ~/.kube/config, or the pod's service account")
    .option("--context <name>", "context of the kubeconfig")
    .addOption(
      new Option("-n, --namespace <name>", "where the Lease is kept")
        .env("POD_NAMESPACE")
        .default("selvedge-system"),
    )
    .addOption(
      new Option("--log-level <level>", "least level that is logged")
        .choices(["trace", "debug", "info", "warn", "error", "fatal", "silent"])
        .default("info"),
    )
    .option("--health-host <address>", "where /healthz, /readyz and /metrics are served", "127.0.0.1")
    .addOption(
      new Option("--health-port <port>", "their port; 0 chooses a free one").argParser(port).default(10_269),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  selvedge controller --kubeconfig ./admin.conf\n  selvedge controller -n selvedge-system --health-host 0.0.0.0",
    )
    .action(async ({ server, kubeconfig, context, ...flags }: ControllerFlags) => {
      const { runController } = await import("../daemon/controller/run-controller.ts");
      process.exitCode = await runController({ connection: { server, kubeconfig, context }, ...flags });
    });
}
