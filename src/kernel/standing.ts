import { setFamily } from "../render/names.ts";
import type { Ruleset } from "../render/ruleset.ts";
import { type StayedSet, planChange } from "./plan-change.ts";
import { type Plan, planWrites } from "./plan.ts";
import type { KernelState, StandingSet } from "./state.ts";

/** What the last write left whole. */
export interface Left {
  readonly ruleset: Ruleset;
  readonly stayed: readonly StayedSet[];
}

/** What is believed to stand: as it was read, or as a whole ruleset left it, which the next one is compared with by identity. */
export type Standing =
  | { readonly kind: "read"; readonly state: KernelState }
  | ({ readonly kind: "left" } & Left);

/** The one plan that leads from what stands to a ruleset. */
export const planFrom = (standing: Standing, wanted: Ruleset): Plan =>
  standing.kind === "read"
    ? planWrites(standing.state, wanted)
    : planChange(standing.ruleset, wanted, standing.stayed);

/** A set as it stands. */
export function setIn(standing: Standing, name: string): StandingSet | undefined {
  if (standing.kind === "read") return standing.state.sets.get(name);
  const stayed = standing.stayed.find(([each]) => each === name);
  return stayed === undefined ? standing.ruleset[setFamily(name)].sets.get(name) : stayed[1];
}
