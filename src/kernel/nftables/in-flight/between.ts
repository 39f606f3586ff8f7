import { mapWith } from "../../../core/map-with.ts";
import type { FamilyRuleset } from "../../../render/ruleset.ts";
import type { Standing } from "../../standing.ts";
import { detour } from "./detour.ts";
import { familyChange } from "./family-change.ts";
import { type NamedSet, mapsThatGo, pairsThatGo, peersThatGo } from "./lingering.ts";

const withSets = (ruleset: FamilyRuleset, sets: readonly NamedSet[]): FamilyRuleset => ({
  ...ruleset,
  sets: mapWith(ruleset.sets, sets),
});

/**
 * What one family must be for a moment each, one after the other, before it is as wanted: a detour, and then what is wanted with that for
 * which packets under way still ask. Mostly nothing.
 */
export function between(standing: Standing, after: FamilyRuleset): readonly FamilyRuleset[] {
  const change = familyChange(standing, after);
  const by = detour(standing, change);
  const pairs = pairsThatGo(change);
  const lingering = [...(by === undefined ? peersThatGo(change) : mapsThatGo(by, after)), ...pairs];
  return [
    ...(by === undefined ? [] : [withSets(by, pairs)]),
    ...(lingering.length === 0 ? [] : [withSets(after, lingering)]),
  ];
}
