import type { Family } from "../../../core/address.ts";
import { SharedMap } from "../../../core/shared-map.ts";
import { type Direction, directions } from "../../../core/policy.ts";
import { classChainOf, isDispatchSet, portMap, setFamily } from "../../../render/names.ts";
import type { FamilyRuleset, SetType } from "../../../render/ruleset.ts";
import type { Standing } from "../../standing.ts";
import { type AnyRule, type FamilyView, viewOf } from "../../walk/family-view.ts";
import { leadingElement } from "./leading-element.ts";
import type { MovedSet } from "./moved-set.ts";
import { type Place, type Places, placesOf } from "./places.ts";
import { swapped } from "./swapped.ts";

/** An address that is judged elsewhere than before. */
export interface Move {
  readonly direction: Direction;
  readonly address: string;
  readonly from: Place;
  readonly to: Place;
}

/** What is about to change in one family. */
export interface FamilyChange {
  readonly family: Family;
  readonly before: FamilyView;
  readonly after: FamilyRuleset;
  readonly places: { readonly before: Places; readonly after: Places };
  /** The classes that stay, of which rules are written. */
  readonly written: ReadonlySet<string>;
  readonly moves: readonly Move[];
  /** The addresses that are led past a part of their class otherwise than before, as the map of ports says. */
  readonly ported: Readonly<Record<Direction, ReadonlySet<string>>>;
  readonly sets: readonly MovedSet[];
  /** The addresses that go from one of these and come to another for which the same class asks. */
  readonly swapped: ReadonlySet<string>;
}

/** Peers; nobody else's members come and go with what classes allow. */
const TYPES: ReadonlySet<SetType> = new Set(["hash:ip", "hash:ip,port"]);

/** To hold a set twice for a moment costs a microsecond or two for each that is in it. */
const MOST_ENTRIES = 20_000;

const isSame = (was: readonly AnyRule[] | undefined, is: readonly string[] | undefined): boolean =>
  was === is || (was?.length === is?.length && was?.every((rule, i) => rule === is?.[i]) === true);

const writtenClasses = (before: FamilyView, { chains }: FamilyRuleset): ReadonlySet<string> =>
  new Set(
    [...SharedMap.differing<unknown>(before.chains, chains)].flatMap((name) => {
      const own = classChainOf(name);
      if (own === undefined || !before.chains.has(own) || !chains.has(own)) return [];
      return isSame(before.chains.get(name), chains.get(name)) ? [] : [own];
    }),
  );

function movedSets(before: FamilyView, after: FamilyRuleset, changed: readonly string[]): MovedSet[] {
  return changed.flatMap((name) => {
    const [was, is] = [before.sets.get(name), after.sets.get(name)];
    if (was === undefined || is === undefined || isDispatchSet(name)) return [];
    if (!TYPES.has(is.type) || is.entries.size > MOST_ENTRIES) return [];
    const [adds, dels] = [is.entries.difference(was.entries), was.entries.difference(is.entries)];
    return adds.size + dels.size === 0 ? [] : [{ name, adds, dels }];
  });
}

/** The addresses that come into a set or map, go, or are led elsewhere by it. */
function addressesIn(before: FamilyView, after: FamilyRuleset, name: string): string[] {
  const none: ReadonlySet<string> = new Set();
  const [was, is] = [before.sets.get(name)?.entries ?? none, after.sets.get(name)?.entries ?? none];
  return was === is ? [] : [...was.symmetricDifference(is)].map((element) => leadingElement(element).address);
}

/** What leads from what stands of one family to what is wanted. */
export function familyChange(standing: Standing, after: FamilyRuleset): FamilyChange {
  const { family } = after;
  const before = viewOf(standing, family);
  const changed = [...SharedMap.differing<unknown>(before.sets, after.sets)].filter(
    (name) => setFamily(name) === family,
  );
  const places = { before: placesOf(before, family), after: placesOf(after, family) };
  const addresses = new Set(
    changed.filter(isDispatchSet).flatMap((name) => addressesIn(before, after, name)),
  );
  const portedIn = (direction: Direction): ReadonlySet<string> =>
    new Set(addressesIn(before, after, portMap(family, direction)));
  const ported = { ingress: portedIn("ingress"), egress: portedIn("egress") };
  const moves = directions.flatMap((direction) =>
    [...addresses].flatMap((address): Move[] => {
      const [from, to] = [places.before.at(direction, address), places.after.at(direction, address)];
      return from === to ? [] : [{ direction, address, from, to }];
    }),
  );
  const sets = movedSets(before, after, changed);
  const written = writtenClasses(before, after);
  return { family, before, after, places, written, moves, ported, sets, swapped: swapped(sets, before) };
}
