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
  const later = withoutNewlyIsolated(change);
  if (by === undefined) {
    const first = [...peersThatGo(change), ...pairs, ...later];
    return first.length === 0 ? [] : [withSets(after, first)];
  }
  // Who is led by a detour alone asks for others than these, which hold what they held.
  const isAsked = ([name]: NamedSet): boolean => by.sets.get(name) === after.sets.get(name);
  const second = [...mapsThatGo(by, after), ...pairs];
  return [
    withSets(by, [...pairs, ...later.filter(isAsked)]),
    ...(second.length === 0 ? [] : [withSets(after, second)]),
  ];
}
