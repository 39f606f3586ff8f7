import { execOrThrow } from "../../kernel/exec.ts";
import { FAMILIES, iptablesCommand } from "../backend.ts";
import type { LabNode } from "../node.ts";
import { kubeProxyRules } from "./rules.ts";
import type { Service } from "./service.ts";

/** Makes a node's Services these and no others, both families. */
export async function syncServices(node: LabNode, services: readonly Service[]): Promise<void> {
  for (const family of FAMILIES) {
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
}
