import { type Command, Option } from "commander";

/** Where the cluster that is asked about comes from, as the user said it. */
export interface SourceFlags {
  /** Files, folders or `-`; absent: the live cluster. */
  readonly filename?: readonly string[];
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Where names without a namespace are looked up. */
  readonly namespace?: string;
  readonly allNamespaces?: true;
  /** Manifests to lay over the rest. */
  readonly overlay?: readonly string[];
  /** `KIND/NAMESPACE/NAME`, or `KIND/NAME` of what is in no namespace. */
  readonly delete?: readonly string[];
}

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];

const repeated = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(collect);

/**
 * Adds the options by which every question says which cluster it is about. `beside`: the verb asks a live cluster beside the
 * files, too.
 */
export const sourceOptions = (command: Command, live: "instead" | "beside" = "instead"): Command => {
  const liveOption = (flags: string, description: string): Option =>
    new Option(flags, description).conflicts(live === "instead" ? ["filename"] : []);
  return command
    .addOption(
      repeated(
        "-f, --filename <path>",
        "manifest file or folder (YAML or JSON, read recursively), - for standard input; without it the live cluster is asked",
      ),
    )
    .addOption(liveOption("--kubeconfig <file>", "kubeconfig of the live cluster (default: as kubectl)"))
    .addOption(liveOption("--context <name>", "context of the kubeconfig (default: the current one)"))
    .addOption(
      new Option(
        "-n, --namespace <name>",
        "where names without a namespace are looked up (default: the context's, else default)",
      ),
    )
    .addOption(
      new Option(
        "-A, --all-namespaces",
        "where a kind cannot be listed in all namespaces, don't settle for the one of -n",
      ),
    )
    .addOption(repeated("--overlay <path>", "manifests to lay over the rest: replaced by name, or added"))
    .addOption(
      repeated(
        "--delete <kind/ns/name>",
        "an object to leave out, with what it controls (KIND/NAME for ns, node)",
      ),
    );
};
