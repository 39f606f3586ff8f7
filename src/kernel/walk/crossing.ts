import { type Direction, directions } from "../../core/policy.ts";
import type { FamilyChange } from "./family-change.ts";
import { isNamedIn } from "./family-view.ts";
import { allPlaces, placeKey } from "./places.ts";

const other = (direction: Direction): Direction => (direction === "ingress" ? "egress" : "ingress");

/** The sets that an address comes into, or leaves. */
const setsOf = (moved: ReadonlyMap<string, ReadonlySet<string>>, address: string): string[] =>
  [...moved].flatMap(([name, addresses]) => (addresses.has(address) ? [name] : []));

const everyone = (moved: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> =>
  new Set([...moved.values()].flatMap((addresses) => [...addresses]));

/**
 * Whether a packet between two local pods may pass, because the verdict of one end rises before that of the other falls. One
 * plan lets verdicts rise with entries that come, then rise and fall with the rules, then fall with entries that go. So
 * it is wrong where the address that comes or goes is of a pod whose own verdict in the other direction falls later, or has risen
 * before. Whom the start gate closes is closed from before the rules, or until after them.
 */
export function hasCrossing(change: FamilyChange): boolean {
  const { before, after, doors, sets, places, rewritten } = change;
  const isMovedGate = doors.before.gate !== doors.after.gate;
  let found: readonly ReadonlyMap<string, string>[] | undefined;
  const isRewritten = (key: string): boolean => {
    if (rewritten.size === 0) return false;
    found ??= [allPlaces(before), allPlaces(after)];
    return found.some((all) => rewritten.has(all.get(key) ?? ""));
  };
  /** Whether the rules change that judge the address in this direction. */
  const turns = (direction: Direction, address: string): boolean => {
    const key = placeKey(direction, address);
    return isMovedGate || places.has(key) || isRewritten(key);
  };
  const isJudged = (direction: Direction, address: string): boolean =>
    doors.before.isIsolated(direction, address) || doors.after.isIsolated(direction, address);
  const [come, gone] = [everyone(sets.adds), everyone(sets.dels)];
  const named = (direction: Direction, names: readonly string[]): boolean =>
    [before, after].some((view) => isNamedIn(view, direction, names));

  return directions.some((direction) => {
    const own = other(direction);
    // Whose own verdict may fall with an entry that goes, or by the rules, after others have begun to let him in.
    const comes = [...come].filter((peer) => !doors.before.isGated(own, peer));
    const goes = [...gone].filter((peer) => !doors.after.isGated(direction, peer));
    const rising = comes.filter((peer) => isJudged(own, peer));
    const falling = goes.filter((peer) => isJudged(direction, peer));
    const isPair = falling.some((one) => rising.some((another) => another !== one));
    if (
      isPair &&
      named(
        direction,
        rising.flatMap((peer) => setsOf(sets.adds, peer)),
      ) &&
      named(
        own,
        falling.flatMap((peer) => setsOf(sets.dels, peer)),
      )
    )
      return true;
    const fallsWithRules = comes.filter(
      (peer) => (doors.after.isIsolated(own, peer) || doors.after.isGated(own, peer)) && turns(own, peer),
    );
    if (
      fallsWithRules.length > 0 &&
      named(
        direction,
        fallsWithRules.flatMap((peer) => setsOf(sets.adds, peer)),
      )
    )
      return true;
    const risesWithRules = goes.filter(
      (peer) =>
        (doors.before.isIsolated(direction, peer) || doors.before.isGated(direction, peer)) &&
        turns(direction, peer),
    );
    return (
      risesWithRules.length > 0 &&
      named(
        own,
        risesWithRules.flatMap((peer) => setsOf(sets.dels, peer)),
      )
    );
  });
}
