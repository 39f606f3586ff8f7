import { type Family, families } from "../../core/address.ts";
import type { FamilyRuleset, Ruleset } from "../../render/ruleset.ts";
import type { Plan } from "../plan.ts";
import type { Standing } from "../standing.ts";
import { hasCrossing } from "./crossing.ts";
import { detour } from "./detour.ts";
import { familyChange } from "./family-change.ts";
import { hasGlitch } from "./glitch.ts";

/** What one family must be on the way, before it is as wanted; nothing where one plan lets no packet by that it should not. */
function between(
  direct: Plan,
  family: Family,
  standing: Standing,
  wanted: FamilyRuleset,
): readonly FamilyRuleset[] {
  const change = familyChange(direct, family, standing, wanted);
  return change !== undefined && (hasGlitch(change) || hasCrossing(change)) ? detour(change) : [];
}

/**
 * The rulesets by which one that stands is led to one that is wanted, each reached from the one before by one plan, the last
 * the wanted one: then no packet that is denied before and after ever passes, and none that is allowed before and after is
 * dropped, whatever changes at once. Mostly it is the only one: `direct`, the plan that leads there straight, is asked first,
 * and what this costs is what that changes.
 */
export function stations(direct: Plan, standing: Standing, wanted: Ruleset): readonly Ruleset[] {
  const ways = families.map((family) => [family, between(direct, family, standing, wanted[family])] as const);
  const longest = Math.max(...ways.map(([, way]) => way.length));
  const station = (at: number): Ruleset => ({
    ...wanted,
    ...Object.fromEntries(ways.map(([family, way]) => [family, way[at] ?? wanted[family]])),
  });
  return [...Array.from({ length: longest }, (_, at) => station(at)), wanted];
}
