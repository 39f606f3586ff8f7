import { mapWith } from "../../../core/map-with.ts";
import type { FamilyRuleset } from "../../../render/ruleset.ts";
import type { Standing } from "../../standing.ts";
import { detour } from "./detour.ts";
import { familyChange } from "./family-change.ts";
import { type NamedSet, mapsThatGo, pairsThatGo, peersThatGo, withoutNewlyIsolated } from "./lingering.ts";

const withSets = (ruleset: FamilyRuleset, sets: readonly NamedSet[]): FamilyRuleset => ({
  ...ruleset,
  sets: mapWith(ruleset.sets, sets),
});

/**
 * What one family must be for a moment each, one after the other, before it is as wanted: a detour, and then what is wanted but for
 * that for which packets under way still ask, or may not find yet. Mostly nothing.
 */
export function between(standing: Standing, after: FamilyRuleset): readonly FamilyRuleset[] {
  const change = familyChange(standing, after);
  const by = detour(standing, change);
  const pairs = pairsThatGo(change);
  if (by === undefined) {
    const sets = [...peersThatGo(change), ...pairs, ...withoutNewlyIsolated(change)];
    return sets.length === 0 ? [] : [withSets(after, sets)];
  }
  // Who comes to be isolated is led by sets of the detour alone, which change with the rules.
  const lingering = [...mapsThatGo(by, after), ...pairs];
  return [withSets(by, pairs), ...(lingering.length === 0 ? [] : [withSets(after, lingering)])];
}
