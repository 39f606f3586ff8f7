/** `make lab` and `make lab-down`. Not part of the shipped program: a lab needs a checkout, root, and Debian's CNI plugins. */
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError, Option } from "commander";
import type { ApiServerKind } from "./cluster/control-plane.ts";
import { type LabShape, USUAL_SHAPE } from "./context.ts";
import { missingForLab } from "./missing-for-lab.ts";
import { DEFAULT_LAB } from "./names.ts";
import { runLab } from "./run.ts";
import { labNames, teardown } from "./teardown.ts";

interface UpFlags extends LabShape {
  readonly manifests: string[];
  readonly keep: boolean;
  readonly name: string;
  readonly maxReplicas: number;
  readonly controller: boolean;
  readonly apiServer: ApiServerKind;
}

const SHOP = fileURLToPath(new URL("../../fixtures/shop", import.meta.url));

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("want a number from 1");
  return number;
}

const up = new Command("up")
  .description(
    "Build a two-node cluster of network namespaces, enforce the manifests' policies, and measure who reaches whom.",
  )
  .option("--manifests <path...>", "files or folders of Kubernetes YAML or JSON", [SHOP])
  .option("--keep", "leave the lab standing", false)
  .addOption(
    new Option(
      "--backend <variant>",
      "what Selvedge writes to; with nftables, flannel and kube-proxy have iptables-nft",
    )
      .choices(["nft", "legacy", "nftables"])
      .default("nftables"),
  )
  .addOption(
    new Option("--network <kind>", "how a pod is joined to its node: a bridge, or a routed veth of its own")
      .choices(["bridge", "ptp"])
      .default(USUAL_SHAPE.network),
  )
  .addOption(
    new Option("--flannel <backend>", "how pods reach the other node")
      .choices(["vxlan", "host-gw"])
      .default(USUAL_SHAPE.flannel),
  )
  .addOption(
    new Option("--proxy <mode>", "how kube-proxy writes Services")
      .choices(["iptables", "nftables"])
      .default(USUAL_SHAPE.proxy),
  )
  .option("--controller", "a pair of controllers compiles, and the enforcers follow it", false)
  .addOption(
    new Option(
      "--api-server <which>",
      "the lab's own, or the etcd and kube-apiserver of `make envtest-assets`",
    )
      .choices(["embedded", "real"])
      .default("embedded"),
  )
  .option("--name <name>", "labs of different names stand side by side", DEFAULT_LAB)
  .option("--max-replicas <count>", "pods of one workload that are run at most", count, 3)
  .action(async ({ controller, ...flags }: UpFlags) => {
    const missing = missingForLab();
    if (missing !== undefined) throw new Error(missing);
    process.exitCode = await runLab({ ...flags, mode: controller ? "controller" : "standalone" });
  });

const down = new Command("down")
  .description("Remove every lab, or one, whatever state it is in.")
  .option("--name <name>", "only this one")
  .action(async ({ name }: { readonly name?: string }) => {
    const names = name === undefined ? labNames() : [name];
    if (names.length === 0) console.log("no lab stands");
    for (const each of names) {
      const { namespaces, processes } = await teardown(each);
      console.log(`lab ${each}: removed ${namespaces} network namespaces, ended ${processes} processes`);
    }
  });

try {
  await new Command("lab").addCommand(up, { isDefault: true }).addCommand(down).parseAsync();
} catch (error) {
  console.error(`lab: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
