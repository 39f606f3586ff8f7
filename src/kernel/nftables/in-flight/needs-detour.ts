import type { FamilyChange, Move } from "./family-change.ts";
import { hasTornSets } from "./has-torn-sets.ts";
import { isCrossing } from "./is-crossing.ts";
import { isClass } from "./places.ts";

/** Whether packets of an address come to rules that are written. */
const isLedToAClass = ({ to }: Move): boolean => isClass(to);

/**
 * Whether elements of sets and maps may not change at once with the rules, for whoever is under way: those of sets of peers, or
 * everything that says where somebody is judged.
 */
export function needsDetour(change: FamilyChange): "peers" | "everything" | undefined {
  if (isCrossing(change)) return "everything";
  if (!hasTornSets(change)) return undefined;
  return change.moves.some(isLedToAClass) ? "everything" : "peers";
}
