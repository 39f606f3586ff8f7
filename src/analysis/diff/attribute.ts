import type { Family } from "../../core/address.ts";
import {
  type Traffic,
  intersectTraffic,
  isNoTraffic,
  isTrafficSubset,
  subtractTraffic,
  unionTraffic,
} from "../../core/traffic.ts";
import { editId, type Edit } from "./edit.ts";
import type { PairJudge } from "./pair-judge.ts";
import { type Transition, trafficWith } from "./transition.ts";

/** A part of a transition, and the edits that cause it: by them alone it comes, and without them it goes. */
export interface Attributed {
  readonly traffic: Traffic;
  /** Never empty, sorted. */
  readonly edits: readonly Edit[];
}

/** The parts of the traffic that `cuts` tell apart. */
const pieces = (traffic: Traffic, cuts: readonly Traffic[]): Traffic[] =>
  cuts.reduce<Traffic[]>(
    (parts, cut) =>
      parts
        .flatMap((part) => [intersectTraffic(part, cut), subtractTraffic(part, cut)])
        .filter((part) => !isNoTraffic(part)),
    [traffic],
  );

/**
 * Finds for every flow of a transition the edits that cause it: a set by which alone the old cluster comes to the new
 * verdict, and without which the new cluster is at the old one, and of which none can be spared. One edit where one does;
 * several that do it only together, or each of which does it alone, are named together. All edits together are such a
 * set, so there always is one. It is the same whichever of the clusters is called the old one.
 */
export function attribute(pair: PairJudge, transition: Transition, family: Family): Attributed[] {
  const { before, after, traffic } = transition;
  const all = pair.edits;
  if (all.length === 1) return [{ traffic, edits: all }];
  const made = (edits: readonly Edit[]): ReadonlySet<Edit> => new Set(edits);
  const rest = (edits: readonly Edit[]): Edit[] => all.filter((edit) => !edits.includes(edit));
  const explained = (edits: readonly Edit[]): Traffic =>
    intersectTraffic(
      trafficWith(after, pair.with(made(edits))[family]),
      trafficWith(before, pair.with(made(rest(edits)))[family]),
    );

  const found = new Map<string, Attributed>();
  const add = (part: Traffic, edits: readonly Edit[]): void => {
    const key = edits.map(editId).join();
    const known = found.get(key);
    found.set(key, { traffic: known === undefined ? part : unionTraffic(known.traffic, part), edits });
  };
  let left = traffic;
  for (const edit of all) {
    const part = intersectTraffic(left, explained([edit]));
    if (isNoTraffic(part)) continue;
    add(part, [edit]);
    left = subtractTraffic(left, part);
  }
  if (isNoTraffic(left)) return [...found.values()];
  const cuts = all.flatMap((edit) =>
    [made([edit]), made(rest([edit]))].flatMap((edits) => {
      const { certain, possible } = pair.with(edits)[family];
      return [certain, possible];
    }),
  );
  for (const part of pieces(left, cuts)) {
    add(
      part,
      fewest(all, (edits) => isTrafficSubset(part, explained(edits))),
    );
  }
  return [...found.values()];
}

/** Takes away what can be spared, until nothing can. */
function fewest(all: readonly Edit[], isEnough: (edits: readonly Edit[]) => boolean): readonly Edit[] {
  let edits = all;
  for (;;) {
    const spared = edits.find((edit) => isEnough(edits.filter((each) => each !== edit)));
    if (spared === undefined) return edits;
    edits = edits.filter((each) => each !== spared);
  }
}
