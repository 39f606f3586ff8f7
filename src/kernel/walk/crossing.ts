import { type Direction, directions, opposite } from "../../core/policy.ts";
import { isAsked } from "./asked-sets.ts";
import type { FamilyChange } from "./family-change.ts";
import { allPlaces, placeKey } from "./places.ts";

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
  /** Whether classes of this direction ask for a set that one of these addresses comes into, or leaves. */
  const meets = (direction: Direction, moved: typeof sets.adds, peers: readonly string[]): boolean => {
    if (peers.length === 0) return false;
    const those = new Set(peers);
    const names = [...moved]
      .filter(([, addresses]) => !addresses.isDisjointFrom(those))
      .map(([name]) => name);
    return [before, after].some((view) => isAsked(view, direction, new Set(names)));
  };

  return directions.some((direction) => {
    const own = opposite(direction);
    // Entries that come let somebody in at one end, entries that go stop him at the other.
    const rising = [...come].filter((peer) => isJudged(own, peer) && !doors.before.isGated(own, peer));
    const falling = [...gone].filter(
      (peer) => isJudged(direction, peer) && !doors.after.isGated(direction, peer),
    );
    const isPair = falling.some((one) => rising.some((another) => another !== one));
    if (isPair && meets(direction, sets.adds, rising) && meets(own, sets.dels, falling)) return true;
    // Or the rules do the one, and entries the other.
    const fallsWithRules = [...come].filter(
      (peer) =>
        turns(own, peer) &&
        !doors.before.isGated(own, peer) &&
        (doors.after.isIsolated(own, peer) || doors.after.isGated(own, peer)),
    );
    if (meets(direction, sets.adds, fallsWithRules)) return true;
    const risesWithRules = [...gone].filter(
      (peer) =>
        turns(direction, peer) &&
        !doors.after.isGated(direction, peer) &&
        (doors.before.isIsolated(direction, peer) || doors.before.isGated(direction, peer)),
    );
    return meets(own, sets.dels, risesWithRules);
  });
}
