import type { Family } from "../../src/core/address.ts";
import { families } from "../../src/core/address.ts";
import { compile } from "../../src/core/compile.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { nodeProgram } from "../../src/core/node-program.ts";
import { parseAddress } from "../../src/core/address.ts";
import { parseCidr } from "../../src/core/cidr.ts";
import { NodeKernel } from "../../src/daemon/node-kernel.ts";
import type { KernelBackend } from "../../src/kernel/backend.ts";
import { type Exec, execOrThrow } from "../../src/kernel/exec.ts";
import { iptablesBackend } from "../../src/kernel/iptables-backend.ts";
import { nftablesBackend } from "../../src/kernel/nftables/nftables-backend.ts";
import { type Variant, restoreCommand } from "../../src/kernel/variant.ts";
import type { LabNode } from "../../src/lab/node.ts";
import { render } from "../../src/render/render.ts";
import type { FamilyRuleset } from "../../src/render/ruleset.ts";
import { kubeRouterLayout } from "./layouts/kube-router.ts";
import type { Layout } from "./layouts/layout.ts";
import { weaveNpcLayout } from "./layouts/weave-npc.ts";
import { BRIDGE } from "./rig.ts";
import type { Scenario } from "./scenario.ts";

/** Somebody who enforces policies on a node. */
export interface Contestant {
  readonly name: string;
  readonly families: readonly Family[];
  /** Has the node enforce the policies, in the wanted families at least, and returns when it does. */
  enforce(node: LabNode, variant: Variant, scenario: Scenario, wanted: readonly Family[]): Promise<void>;
}

export const noPolicy: Contestant = {
  name: "no policy",
  families,
  enforce: () => Promise.resolve(),
};

/** What of our rules is left in. */
export type Cut = (whole: FamilyRuleset) => FamilyRuleset;

/** Our program as a backend lays it out and writes it, the start gate included; of that what `cut` leaves. */
const ours = (
  name: string,
  backendOf: (exec: Exec, variant: Variant) => KernelBackend,
  cut: Cut,
): Contestant => ({
  name,
  families,
  enforce: async (node, variant, { cluster, pods }) => {
    const scope = {
      podCidrs: [node.podCidrs.v4, node.podCidrs.v6].flatMap((text) => parseCidr(text) ?? []),
      own: [node.gateways.v4, node.gateways.v6].flatMap((text) => parseAddress(text) ?? []),
    };
    const backend = backendOf(node.exec, variant);
    const program = nodeProgram(compile(cluster), node.name, livePods(pods), scope);
    const { IPv4, IPv6 } = render(backend.layout, program);
    const { failures } = await new NodeKernel(backend).bring({ IPv4: cut(IPv4), IPv6: cut(IPv6) });
    if (failures.length > 0)
      throw new Error(failures.map(({ step, message }) => `${step}: ${message}`).join("\n"));
  },
});

const whole: Cut = (ruleset) => ruleset;

/** With the node's iptables; of our rules what `cut` leaves. */
export const selvedgeBut = (name: string, cut: Cut): Contestant => ours(name, iptablesBackend, cut);

export const selvedge = selvedgeBut("Selvedge, iptables", whole);

/** With nftables itself, whichever iptables the node's other programs use. */
export const selvedgeByNftablesBut = (name: string, cut: Cut): Contestant =>
  ours(name, (exec) => nftablesBackend(exec), cut);

export const selvedgeByNftables = selvedgeByNftablesBut("Selvedge, nftables", whole);

/** Half a million set entries take a while on a machine that has other work. */
const WRITTEN_WITHIN_MS = 10 * 60_000;

async function write(node: LabNode, variant: Variant, family: Family, layout: Layout): Promise<void> {
  const feed = (command: string, args: readonly string[], input: string): Promise<string> =>
    execOrThrow(node.exec, { command, args, input, timeoutMs: WRITTEN_WITHIN_MS });
  await feed("ipset", ["restore"], layout.sets.map((line) => `${line}\n`).join(""));
  await feed(restoreCommand(variant, family), ["--noflush"], layout.rules);
}

export const kubeRouterByLayout: Contestant = {
  name: "kube-router's layout",
  families,
  enforce: async (node, variant, scenario, wanted) => {
    for (const family of wanted) await write(node, variant, family, kubeRouterLayout(scenario, family));
  },
};

export const weaveNpcByLayout: Contestant = {
  name: "weave-npc's layout",
  families: ["IPv4"],
  enforce: async (node, variant, scenario, wanted) => {
    if (wanted.includes("IPv4")) await write(node, variant, "IPv4", weaveNpcLayout(scenario, "IPv4", BRIDGE));
  },
};
