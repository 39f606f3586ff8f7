import { applyPlan } from "../../../src/kernel/apply.ts";
import { isEmptyPlan, planWrites } from "../../../src/kernel/plan.ts";
import { readKernel } from "../../../src/kernel/read.ts";
import type { Variant } from "../../../src/kernel/variant.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import type { Wire } from "./wire.ts";

/** How often a set is tried again that the kernel still holds for a moment after its last rule. */
const TRIES = 20;

/** Has the kernel hold this ruleset, whatever it held before, and reads it back: nothing may be left to write. */
export async function enforce({ exec }: Wire, variant: Variant, wanted: Ruleset): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const plan = planWrites(await readKernel(exec, variant), wanted);
    if (isEmptyPlan(plan)) return;
    const { failures } = await applyPlan(exec, variant, plan);
    const said = failures.map(({ step, message }) => `${step}: ${message}`).join("\n");
    const isOnlyDestroying = failures.every(({ step }) => step.startsWith("destroy "));
    if (!isOnlyDestroying || tries === TRIES)
      throw new Error(`the kernel is not as meant after ${tries} tries\n${said}`);
  }
}
