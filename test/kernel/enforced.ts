import { NodeKernel } from "../../src/daemon/node-kernel.ts";
import { applyPlan } from "../../src/kernel/apply.ts";
import { planWrites } from "../../src/kernel/plan.ts";
import { readKernel } from "../../src/kernel/read.ts";
import type { Variant } from "../../src/kernel/variant.ts";
import { plainHost } from "../../src/render/host.ts";
import type { Ruleset } from "../../src/render/ruleset.ts";
import { compile } from "../../src/core/compile.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { nodeProgram } from "../../src/core/node-program.ts";
import { cluster, policy } from "../support/scenario.ts";
import { rulesetOf } from "../support/transition.ts";
import { nftablesBackend } from "../../src/kernel/nftables/nftables-backend.ts";
import { renderNftables } from "../../src/render/nftables/nftables.ts";
import type { OwnNetns } from "./own-netns.ts";

/** What `everyKind` enforces, on `n1`. */
export const casesOfEveryKind = cluster([
  policy(
    {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: { app: "client" } } }],
          ports: [{ protocol: "TCP", port: 80 }],
        },
        { from: [{ ipBlock: { cidr: "192.0.2.0/24", except: ["192.0.2.128/25"] } }] },
        {
          from: [
            { podSelector: { matchLabels: { app: "client" } } },
            { ipBlock: { cidr: "198.51.100.0/24" } },
          ],
          ports: [
            { protocol: "TCP", port: 443 },
            { protocol: "UDP", port: 53 },
          ],
        },
      ],
      egress: [{ to: [{ podSelector: {} }], ports: [{ protocol: "TCP", port: "http" }] }],
    },
    "every-kind",
  ),
]);

/** Rules of every kind that the renderer knows: both directions, groups, blocks, ports by number and by name, and several rules for the same port. */
export const everyKind: Ruleset = rulesetOf(casesOfEveryKind, "n1");

/** The same where what is denied is refused. */
export const everyKindRefused: Ruleset = rulesetOf(casesOfEveryKind, "n1", undefined, {
  ...plainHost,
  denial: "reject",
});

/** Makes a namespace hold the ruleset, as the enforcer does; says so where it could not. */
export async function enforce({ exec }: OwnNetns, variant: Variant, ruleset = everyKind): Promise<void> {
  const plan = planWrites(await readKernel(exec, variant, ruleset), ruleset);
  const { failures } = await applyPlan(exec, variant, plan);
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
}

const nodeCases = nodeProgram(compile(casesOfEveryKind), "n1", livePods(casesOfEveryKind.pods));

/** Rules of every kind, of nftables. */
export const everyKindNftables: Ruleset = renderNftables(nodeCases);

/** The same where what is denied is refused. */
export const everyKindNftablesRefused: Ruleset = renderNftables(nodeCases, {
  ...plainHost,
  denial: "reject",
});

/** Makes a network namespace hold the ruleset in our tables of nftables, as the enforcer does. */
export async function enforceNftables(
  { exec }: Pick<OwnNetns, "exec">,
  ruleset = everyKindNftables,
): Promise<void> {
  const { failures } = await new NodeKernel(nftablesBackend(exec)).bring(ruleset);
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
}
