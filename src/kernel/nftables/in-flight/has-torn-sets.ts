import { classChainOf } from "../../../render/names.ts";
import { setsNamed } from "../../../render/nftables/sets-named.ts";
import type { FamilyView } from "../../walk/family-view.ts";
import type { FamilyChange, Move } from "./family-change.ts";
import { isJudged } from "./is-crossing.ts";
import type { MovedSet } from "./moved-set.ts";
import { CLOSED, OPEN, type Place, isClass } from "./places.ts";

/** The sets for which the chains of these classes ask. */
function setsAskedBy({ chains }: FamilyView, classes: ReadonlySet<string>): ReadonlySet<string> {
  if (classes.size === 0) return new Set();
  const own = [...chains].filter(([name]) => classes.has(classChainOf(name) ?? ""));
  const rules = own.flatMap(([, each]) => each.filter((rule) => rule !== undefined));
  return new Set(rules.flatMap(setsNamed));
}

const isLed = ({ to }: Move): boolean => isClass(to);

/**
 * Whether members of sets change at once with the rules by which somebody is judged that look into them. Whoever is led to a class meets
 * the members of after with it. Whoever is led away from one does so by its rules of before: he must not be among those that come, nor,
 * where another class judges him then, among those that go. Who goes from one set and comes to another is in both for a while only where
 * nothing else judges him, and nobody comes to a class meanwhile, who had no right to what he had.
 */
export function hasTornSets({ sets, written, moves, places, before, after, swapped }: FamilyChange): boolean {
  if (sets.length === 0) return false;
  const left = moves.filter(({ from }) => isClass(from));
  const classesLeft = (isSo: (move: Move) => boolean): ReadonlySet<string> =>
    new Set(left.filter(isSo).map(({ from }) => from));
  const asked = setsAskedBy(before, written.union(classesLeft(isLed))).union(setsAskedBy(after, written));
  if (sets.some(({ name }) => asked.has(name))) return true;
  const askedFor = (place: Place): ReadonlySet<string> =>
    setsAskedBy(
      before,
      classesLeft(({ to }) => to === place),
    );
  const [closed, open] = [askedFor(CLOSED), askedFor(OPEN)];
  const isTorn = ({ name, adds, dels }: MovedSet): boolean =>
    (adds.size > 0 && closed.has(name)) || (dels.size > 0 && open.has(name));
  if (sets.some(isTorn)) return true;
  return [...swapped].some((address) => isJudged(places, address)) || (swapped.size > 0 && moves.some(isLed));
}
