import type { FamilyRuleset } from "../../../render/ruleset.ts";
import { type Standing, setIn } from "../../standing.ts";
import { type LeadingElement, leadingElement } from "./leading-element.ts";

/** The elements of a map that come, or lead elsewhere than before. */
export function elementsComing(standing: Standing, wanted: FamilyRuleset, map: string): LeadingElement[] {
  const [before, after] = [setIn(standing, map)?.entries, wanted.sets.get(map)?.entries];
  if (after === undefined || after === before) return [];
  return [...(before === undefined ? after : after.difference(before))].map(leadingElement);
}
