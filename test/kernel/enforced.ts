import { applyPlan } from "../../src/kernel/apply.ts";
import { planWrites } from "../../src/kernel/plan.ts";
import { readKernel } from "../../src/kernel/read.ts";
import type { Variant } from "../../src/kernel/variant.ts";
import { plainHost } from "../../src/render/host.ts";
import type { Ruleset } from "../../src/render/ruleset.ts";
import { cluster, policy } from "../support/scenario.ts";
import { rulesetOf } from "../support/transition.ts";
import type { OwnNetns } from "./own-netns.ts";

/** Of every kind that the renderers know. */
export const everyKindCluster = cluster([
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
      ],
      egress: [{ to: [{ podSelector: {} }], ports: [{ protocol: "TCP", port: "http" }] }],
    },
    "every-kind",
  ),
]);

/** Rules of every kind that the renderer knows: both directions, groups, blocks, ports by number and by name. */
export const everyKind: Ruleset = rulesetOf(everyKindCluster, "n1");

/** The same where what is denied is refused. */
export const everyKindRefused: Ruleset = rulesetOf(everyKindCluster, "n1", undefined, {
  ...plainHost,
  denial: "reject",
});

/** Makes a namespace hold the ruleset, as the enforcer does; says so where it could not. */
export async function enforce({ exec }: OwnNetns, variant: Variant, ruleset = everyKind): Promise<void> {
  const plan = planWrites(await readKernel(exec, variant, ruleset), ruleset);
  const { failures } = await applyPlan(exec, variant, plan);
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
}
