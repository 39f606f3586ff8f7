import { Command, InvalidArgumentError, Option } from "commander";
import { type BackendChoice, writtenBackendOption } from "./backend-option.ts";
import { version } from "./version.ts";

interface EnforcerFlags {
  readonly node?: string;
  readonly standalone: boolean;
  readonly namespace: string;
  readonly server?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly backend: BackendChoice;
  readonly logLevel: string;
  readonly healthPort: number;
  readonly metricsHost?: string;
  readonly metricsPort: number;
  readonly startGate: "auto" | "off";
  readonly deny: "drop" | "reject";
  readonly cniCache: string;
  readonly events: "on" | "off";
}

function port(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0 || number > 65535)
    throw new InvalidArgumentError("want 0 to 65535");
  return number;
}

export function enforcerCommand(): Command {
  return new Command("enforcer")
    .summary("keep this node's kernel as the cluster's policies say (needs root)")
    .description(
      "Keeps this node's rules and sets (iptables with ipsets, or nftables) equal to what `selvedge controller` publishes or, with --standalone, to the " +
        "cluster's NetworkPolicies, which it then compiles itself. " +
        "Rules stay when it stops: pods are never opened by a restart. Other programs' rules are never touched.",
    )
    .addOption(new Option("--node <name>", "the node that this kernel is of").env("NODE_NAME"))
    .option("--standalone", "compile the policies here: no controller, no CustomResourceDefinitions", false)
    .addOption(
      new Option("-n, --namespace <name>", "where the controllers' Lease is")
        .env("POD_NAMESPACE")
        .default("selvedge-system"),
    )
    .option("--server <url>", "API server to use without credentials, a local proxy for one")
    .option("--kubeconfig <file>", "default: $KUBECONFIG, ~/.kube/config, or the pod's service account")
    .option("--context <name>", "context of the kubeconfig")
    .addOption(writtenBackendOption())
    .addOption(
      new Option("--log-level <level>", "least level that is logged")
        .choices(["trace", "debug", "info", "warn", "error", "fatal", "silent"])
        .default("info"),
    )
    .addOption(
      new Option("--health-port <port>", "/healthz, /readyz and /metrics on loopback; 0 chooses a free port")
        .argParser(port)
        .default(10_268),
    )
    .option(
      "--metrics-host <address>",
      "serve /metrics there too, to all who reach it; default: loopback alone",
    )
    .addOption(
      new Option("--metrics-port <port>", "its port, with --metrics-host").argParser(port).default(10_270),
    )
    .addOption(
      new Option(
        "--start-gate <mode>",
        "auto closes the pod CIDRs' addresses until their pods are programmed; off leaves new pods open until then",
      )
        .choices(["auto", "off"])
        .default("auto"),
    )
    .addOption(
      new Option(
        "--deny <answer>",
        "drop leaves who is denied waiting, and trying again; reject tells them at once: connection refused",
      )
        .choices(["drop", "reject"])
        .default("drop")
        .env("SELVEDGE_DENY"),
    )
    .option(
      "--cni-cache <dir>",
      "where the container runtime keeps CNI results: it tells of new pods first",
      "/var/lib/cni/results",
    )
    .addOption(
      new Option("--events <switch>", "write denials as Events on pods, a few at a time")
        .choices(["on", "off"])
        .default("on"),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  selvedge enforcer --node worker-1\n  selvedge enforcer --node worker-1 --standalone --kubeconfig ./admin.conf --backend nft",
    )
    .action(async ({ node, standalone, server, kubeconfig, context, ...flags }: EnforcerFlags) => {
      const { runEnforcer } = await import("../daemon/run-enforcer.ts");
      process.exitCode = await runEnforcer({
        version,
        node,
        mode: standalone ? "standalone" : "controller",
        connection: { server, kubeconfig, context },
        ...flags,
      });
    });
}
