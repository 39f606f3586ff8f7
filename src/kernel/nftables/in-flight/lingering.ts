/* What may go only after the rules or the elements by which packets come to ask for it, and what may only come then. */
import { directions } from "../../../core/policy.ts";
import { isolatedNow, selfSet } from "../../../render/names.ts";
import { setsNamed } from "../../../render/nftables/sets-named.ts";
import type { FamilyRuleset, IpSet } from "../../../render/ruleset.ts";
import type { FamilyChange } from "./family-change.ts";
import { isMap } from "./is-map.ts";
import { leadingElement } from "./leading-element.ts";
import { addressOf } from "./moved-set.ts";
import { CLOSED, OPEN } from "./places.ts";

export type NamedSet = readonly [string, IpSet];

const withEntries = (set: IpSet, entries: readonly string[]): IpSet => ({
  ...set,
  entries: set.entries.union(new Set(entries)),
});

/** The maps for which the rules of a detour ask and that are not wanted: elements go with a map, so whoever asks finds nobody. */
export function mapsThatGo(detour: FamilyRuleset, { sets }: FamilyRuleset): readonly NamedSet[] {
  const asked = new Set([...detour.chains.values()].flat().flatMap(setsNamed));
  return [...detour.sets].filter(([name, set]) => isMap(set) && !sets.has(name) && asked.has(name));
}

/** The addresses that nothing is to judge any more, paired with themselves: a class asks for them at its end. */
export function pairsThatGo({ before, after, family, places }: FamilyChange): readonly NamedSet[] {
  const name = selfSet(family);
  const [was, is] = [before.sets.get(name), after.sets.get(name)];
  if (was === undefined || is === undefined || was.entries === is.entries) return [];
  const ofPair = (pair: string): string => leadingElement(pair).address;
  const staying = new Set([...is.entries].map(ofPair));
  const isClosed = (address: string): boolean =>
    places.after.at("ingress", address) === CLOSED || places.after.at("egress", address) === CLOSED;
  const going = [...was.entries].filter((pair) => !staying.has(ofPair(pair)) && !isClosed(ofPair(pair)));
  return going.length === 0 ? [] : [[name, withEntries(is, going)]];
}

/**
 * The peers that go from one set and come to another for which the same class asks, where that takes no detour: then nothing of ours
 * decides over them but that class.
 */
export function peersThatGo({ sets, after, swapped }: FamilyChange): readonly NamedSet[] {
  if (swapped.size === 0) return [];
  return sets.flatMap(({ name, dels }): NamedSet[] => {
    const is = after.sets.get(name);
    const going = [...dels].filter((entry) => swapped.has(addressOf(entry)));
    return is === undefined || going.length === 0 ? [] : [[name, withEntries(is, going)]];
  });
}

/**
 * Without the addresses that come to be judged and were not: who is not found in the map yet must not be found among those who are closed
 * then. Of those that the start gate closes it makes no difference, and they must not be found open.
 */
export const withoutNewlyIsolated = ({ before, after, family, places }: FamilyChange): readonly NamedSet[] =>
  directions.flatMap((direction): NamedSet[] => {
    const name = isolatedNow(family, direction);
    const [was, is] = [before.sets.get(name), after.sets.get(name)];
    if (was === undefined || is === undefined || was.entries === is.entries) return [];
    const coming = [...is.entries.difference(was.entries)].filter(
      (address) => places.before.at(direction, address) === OPEN,
    );
    return coming.length === 0 ? [] : [[name, { ...is, entries: is.entries.difference(new Set(coming)) }]];
  });
