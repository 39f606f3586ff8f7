import type { Family } from "../../core/address.ts";
import type { Ruleset } from "../../render/ruleset.ts";
import { planChange } from "../plan-change.ts";
import type { Plan } from "../plan.ts";
import { type Standing, planFrom } from "../standing.ts";
import { stations } from "./stations.ts";

/** One plan of several, to be carried out one after the other. */
export interface Leg {
  readonly plan: Plan;
  /** What stands once it has been carried out. */
  readonly to: Ruleset;
  /** With nftables: the families whose table is made anew, whole. */
  readonly anew?: ReadonlySet<Family>;
}

/** The plans that lead from what stands to what is wanted; mostly one (`stations`). The last ends where it is wanted. */
export function planWalk(standing: Standing, wanted: Ruleset): readonly Leg[] {
  const direct = planFrom(standing, wanted);
  const rulesets = stations(direct, standing, wanted);
  if (rulesets.length === 1) return [{ plan: direct, to: wanted }];
  return rulesets.map((to, at) => {
    const from = rulesets[at - 1];
    return { plan: from === undefined ? planFrom(standing, to) : planChange(from, to), to };
  });
}
