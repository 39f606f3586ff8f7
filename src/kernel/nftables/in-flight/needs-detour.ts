import type { FamilyChange, Move } from "./family-change.ts";
import { hasTornSets } from "./has-torn-sets.ts";
import { isCrossing } from "./is-crossing.ts";
import { OPEN, isClass } from "./places.ts";

/** Whether a packet of an address that would not pass as it is comes to rules that are written. */
const isLedToAClass = ({ from, to }: Move): boolean => from !== OPEN && isClass(to);

/**
 * Whether elements of sets and maps may not change at once with the rules, for whoever is under way: those of sets of peers, or
 * everything that says where somebody is judged.
 */
export function needsDetour(change: FamilyChange): "peers" | "everything" | undefined {
  if (isCrossing(change)) return "everything";
  if (!hasTornSets(change)) return undefined;
  return change.moves.some(isLedToAClass) ? "everything" : "peers";
}
