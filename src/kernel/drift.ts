import { families } from "../core/address.ts";
import type { Ruleset } from "../render/ruleset.ts";
import { isEmptyPlan, planWrites } from "./plan.ts";
import { setMeant } from "./remake-set.ts";
import type { KernelState } from "./state.ts";
import { chainsNamed } from "./touched-names.ts";

/** What of ours others have changed, by name. */
export interface Drift {
  readonly sets: readonly string[];
  /** `IPv4 SV-INGRESS`; a built-in chain where it is about our hook. */
  readonly chains: readonly string[];
}

/** Those of mangle by name alone. */
const chainsIn = (text: string): string[] =>
  text.startsWith("*filter") ? chainsNamed(text).map((chain) => `filter ${chain}`) : chainsNamed(text);

/**
 * How what stands differs from the ruleset that was left; nothing where it does not. `stayed` are sets that nobody wants any
 * longer and that the kernel did not yet let go of.
 */
export function driftOf(standing: KernelState, left: Ruleset, stayed: Iterable<string>): Drift | undefined {
  const { destroy, ...plan } = planWrites(standing, left);
  const expected = new Set(stayed);
  const orphans = destroy.filter((name) => !expected.has(name));
  if (isEmptyPlan({ ...plan, destroy: orphans })) return undefined;
  const changed = [...plan.setsBefore, ...plan.setsAfter].flatMap((line) => setMeant(line) ?? []);
  const sets = new Set([...changed, ...orphans]);
  const chains = families.flatMap((family) =>
    [...new Set([plan.tables.get(family) ?? "", ...(plan.answers.get(family) ?? [])].flatMap(chainsIn))].map(
      (chain) => `${family} ${chain}`,
    ),
  );
  return { sets: [...sets], chains };
}
