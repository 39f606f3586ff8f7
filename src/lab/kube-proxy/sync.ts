import { execOrThrow } from "../../kernel/exec.ts";
import { FAMILIES, type Family, iptablesCommand } from "../backend.ts";
import type { LabNode } from "../node.ts";
import { nftablesCommands } from "./nftables/commands.ts";
import { kubeProxyRules } from "./rules.ts";
import type { Service } from "./service.ts";

/** Makes a node's Services these and no others, both families, in the lab's mode. */
export async function syncServices(node: LabNode, services: readonly Service[]): Promise<void> {
  const sync = node.lab.proxy === "nftables" ? syncNftables : syncIptables;
  for (const family of FAMILIES) await sync(node, services, family);
}

async function syncIptables(node: LabNode, services: readonly Service[], family: Family): Promise<void> {
  const standing = await execOrThrow(node.exec, {
    command: iptablesCommand(node.lab.backend, family, "save"),
    args: [],
  });
  await execOrThrow(node.exec, {
    command: iptablesCommand(node.lab.backend, family, "restore"),
    args: ["--noflush", "--wait"],
    input: kubeProxyRules({ services, node: node.name, family, standing }),
  });
}

async function syncNftables(node: LabNode, services: readonly Service[], family: Family): Promise<void> {
  await execOrThrow(node.exec, {
    command: "nft",
    args: ["-f", "-"],
    input: nftablesCommands({ services, node: node.name, nodeAddresses: node.addresses, family }),
  });
}
