import { isEmptyPlan } from "../../../src/kernel/plan.ts";
import type { EnforcerBackend } from "../../../src/lab/backend.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { backendOf } from "../backend-of.ts";
import { standingIn } from "../standing-in.ts";
import type { Wire } from "./wire.ts";

/** How often a set is tried again that the kernel still holds for a moment after its last rule. */
const TRIES = 20;

/** Has the kernel hold this ruleset, whatever it held before, and reads it back: nothing may be left to write. */
export async function enforce({ exec }: Wire, backend: EnforcerBackend, wanted: Ruleset): Promise<void> {
  const { plan, writers } = backendOf(backend, exec);
  for (let tries = 1; ; tries += 1) {
    const legs = plan({ kind: "read", state: await standingIn(exec, backend) }, wanted);
    if (legs.every((leg) => isEmptyPlan(leg.plan))) return;
    const { failures } = await writers().processes.carryOut(legs);
    const said = failures.map(({ step, message }) => `${step}: ${message}`).join("\n");
    const isOnlyDestroying = failures.every(({ step }) => step.startsWith("destroy "));
    if (!isOnlyDestroying || tries === TRIES)
      throw new Error(`the kernel is not as meant after ${tries} tries\n${said}`);
  }
}
