import type { ApplyFailure } from "../kernel/apply.ts";
import { applyPlan } from "../kernel/apply.ts";
import type { Exec } from "../kernel/exec.ts";
import { type Plan, isEmptyPlan, planWrites, stateAfter } from "../kernel/plan.ts";
import { readKernel } from "../kernel/read.ts";
import type { KernelState } from "../kernel/state.ts";
import type { Variant } from "../kernel/variant.ts";
import type { Ruleset } from "../render/ruleset.ts";

export interface Outcome {
  readonly plan: Plan;
  /** How many programs were run to write it. */
  readonly commands: number;
  readonly failures: readonly ApplyFailure[];
}

/**
 * One node's kernel, and what is believed to stand in it. Belief spares reading everything back at every change; it is
 * given up after any failure and checked against the kernel now and then (`recall`).
 */
export class NodeKernel {
  readonly #exec: Exec;
  readonly #variant: Variant;
  #standing: KernelState | undefined;

  constructor(exec: Exec, variant: Variant) {
    this.#exec = exec;
    this.#variant = variant;
  }

  /** Makes the kernel hold this ruleset, writing only what differs. */
  async bring(wanted: Ruleset): Promise<Outcome> {
    let plan: Plan | undefined;
    try {
      this.#standing ??= await readKernel(this.#exec, this.#variant);
      plan = planWrites(this.#standing, wanted);
      if (isEmptyPlan(plan)) return { plan, commands: 0, failures: [] };
      const { commands, failures } = await applyPlan(this.#exec, this.#variant, plan);
      this.#standing = failures.length === 0 ? stateAfter(wanted) : undefined;
      return { plan, commands, failures };
    } catch (error) {
      this.#standing = undefined;
      const message = error instanceof Error ? error.message : String(error);
      return { plan: plan ?? noWrites, commands: 0, failures: [{ step: "read the kernel", message }] };
    }
  }

  /** Forgets what is believed: the next `bring` reads the kernel first, and so repairs what others changed. */
  recall(): void {
    this.#standing = undefined;
  }
}

const noWrites: Plan = { setsBefore: [], tables: new Map(), setsAfter: [], destroy: [] };
