import { Command } from "commander";
import { UsageError, exitCodes } from "./exit-codes.ts";
import { type SourceFlags, sourceOptions } from "./source-options.ts";

interface SnapshotFlags extends SourceFlags {
  readonly output: string;
}

export function snapshotCommand(): Command {
  return sourceOptions(new Command("snapshot"))
    .summary("write a cluster to a file that -f reads: what policies hang on, and no secrets")
    .description(
      "Writes what answers hang on, and nothing else, as one List: namespaces' and pods' labels, ports and addresses, nodes' " +
        "addresses, Services and their endpoints, workloads, and NetworkPolicies whole. No env, arguments, images, volumes or " +
        "annotations. Every question is answered from it as from the cluster that it was taken of.",
    )
    .requiredOption(
      "-o, --output <file>",
      "the file: JSON where it ends in .json, else YAML; - for standard output",
    )
    .addHelpText(
      "after",
      "\nExit codes: 0 written, 2 bad input, 3 written, but RBAC hid a part of the cluster.\n" +
        "\nExamples:\n  selvedge snapshot -o before.yaml\n  selvedge snapshot -f manifests/ --overlay new/ -o - | selvedge map -f -",
    )
    .action(async ({ output, ...source }: SnapshotFlags) => {
      const [{ readSource }, { refuseProblems }, { clusterFromManifests }, { snapshotOf }] =
        await Promise.all([
          import("./read-source.ts"),
          import("./load-source.ts"),
          import("../kube/cluster-from-manifests.ts"),
          import("../kube/snapshot/snapshot.ts"),
        ]);
      const { manifests } = await readSource(source);
      refuseProblems(clusterFromManifests(manifests));
      const snapshot = snapshotOf(manifests);
      const text = output.endsWith(".json")
        ? `${JSON.stringify(snapshot, undefined, 2)}\n`
        : (await import("../kube/snapshot/snapshot-yaml.ts")).snapshotYaml(snapshot);
      if (output === "-") process.stdout.write(text);
      else await write(output, text);
      if (manifests.hidden.length > 0) process.exitCode = exitCodes.incomplete;
    });
}

async function write(file: string, text: string): Promise<void> {
  const [{ writeFile }, { reason }] = await Promise.all([
    import("node:fs/promises"),
    import("../kube/files/find-files.ts"),
  ]);
  await writeFile(file, text).catch((error: unknown) => {
    throw new UsageError(`${file}: ${reason(error)}`);
  });
}
