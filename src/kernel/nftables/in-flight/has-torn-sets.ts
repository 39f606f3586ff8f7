import { classChainOf } from "../../../render/names.ts";
import { setsNamed } from "../../../render/nftables/sets-named.ts";
import type { FamilyView } from "../../walk/family-view.ts";
import type { FamilyChange, MovedSet } from "./family-change.ts";
import { isJudged } from "./is-crossing.ts";
import { CLOSED, OPEN, type Place, isClass } from "./places.ts";
import { swapped } from "./swapped.ts";

/** The sets for which the chains of these classes ask. */
function setsAskedBy({ chains }: FamilyView, classes: ReadonlySet<string>): ReadonlySet<string> {
  if (classes.size === 0) return new Set();
  const own = [...chains].filter(([name]) => classes.has(classChainOf(name) ?? ""));
  const rules = own.flatMap(([, each]) => each.filter((rule) => rule !== undefined));
  return new Set(rules.flatMap(setsNamed));
}

/**
 * Whether members of sets change at once with the rules by which somebody is judged that look into them. Whoever is led to a class meets
 * the members of after with it. Whoever is led away from one does so by its rules of before: he must not be among those that come, nor,
 * where another class judges him then, among those that go.
 */
export function hasTornSets(change: FamilyChange): boolean {
  const { sets, written, moves, places, before, after } = change;
  if (sets.length === 0) return false;
  const left = moves.filter(({ from }) => isClass(from));
  const classesLeft = (isLed: (to: Place) => boolean): ReadonlySet<string> =>
    new Set(left.flatMap(({ from, to }) => (isLed(to) ? [from] : [])));
  const asked = setsAskedBy(before, written.union(classesLeft(isClass))).union(setsAskedBy(after, written));
  if (sets.some(({ name }) => asked.has(name))) return true;
  const askedByClosed = setsAskedBy(
    before,
    classesLeft((to) => to === CLOSED),
  );
  const askedByOpen = setsAskedBy(
    before,
    classesLeft((to) => to === OPEN),
  );
  const isTorn = ({ name, adds, dels }: MovedSet): boolean =>
    (adds.size > 0 && askedByClosed.has(name)) || (dels.size > 0 && askedByOpen.has(name));
  return sets.some(isTorn) || [...swapped(change)].some((address) => isJudged(places, address));
}
