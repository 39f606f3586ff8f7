import { type MapGroup, isBlock } from "./map-end.ts";
import type { GroupReach, Reacher } from "./map-reach.ts";

/** Two groups, and what passes from the one to the other. */
export interface MapPair {
  readonly from: MapGroup;
  readonly to: MapGroup;
  readonly reach: GroupReach;
}

/** Pods and nodes by name, then blocks as they come: by their addresses. */
export const sortedGroups = (all: Iterable<MapGroup>): MapGroup[] => {
  const groups = [...all];
  const named = groups.filter((group) => !isBlock(group));
  const byName = (a: MapGroup, b: MapGroup): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  return [...named.sort(byName), ...groups.filter(isBlock)];
};

/** Every pair, in order, all of one source's at a time. Of two ends outside, nobody is asked. */
export function* mapPairs(
  { reach }: Pick<Reacher, "reach">,
  from: readonly MapGroup[],
  to: readonly MapGroup[],
): Generator<readonly MapPair[]> {
  const destinations = sortedGroups(to);
  for (const source of sortedGroups(from)) {
    const asked = isBlock(source) ? destinations.filter((each) => !isBlock(each)) : destinations;
    yield asked.map((destination) => ({
      from: source,
      to: destination,
      reach: reach(source, destination),
    }));
  }
}
