import { SharedMap } from "../../../core/shared-map.ts";
import { type Direction, directions } from "../../../core/policy.ts";
import { classChainOf, verdictMap } from "../../../render/names.ts";
import type { FamilyRuleset } from "../../../render/ruleset.ts";
import { type Standing, setIn } from "../../standing.ts";
import { chainsIn } from "./chains-in.ts";
import { elementsComing } from "./elements-coming.ts";
import { leadingElement } from "./leading-element.ts";

/** Other names of chains in one family, by those under which they stand. */
export type Renames = ReadonlyMap<string, string>;

/** The chains of each class, by the class's own. */
const byClass = (names: Iterable<string>): ReadonlyMap<string | undefined, readonly string[]> =>
  Map.groupBy(names, classChainOf);

/** Where the addresses are judged that are led to these chains, in one direction; `undefined` for whoever is not. */
function placesBefore(
  standing: Standing,
  wanted: FamilyRuleset,
  direction: Direction,
  fresh: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<string | undefined>> {
  const name = verdictMap(wanted.family, direction);
  const coming = elementsComing(standing, wanted, name).filter(({ chain }) => fresh.has(chain));
  if (coming.length === 0) return new Map();
  const before = new Map(
    [...(setIn(standing, name)?.entries ?? [])].map(leadingElement).map(({ key, chain }) => [key, chain]),
  );
  return new Map(
    [...Map.groupBy(coming, ({ chain }) => chain)].map(([chain, own]) => [
      chain,
      new Set(own.map(({ key }) => before.get(key))),
    ]),
  );
}

/**
 * The chains that are to have other names: those of a class that goes, where all pods of one that comes are in it. Elements of maps
 * lead to a chain and not to its name, so these pods stay where they are while its rules change, with the rules of all others; else
 * they would be led elsewhere, some 40 ns before those.
 */
export function renamedClasses(standing: Standing, wanted: FamilyRuleset): Renames {
  const standingChains = chainsIn(standing, wanted.family);
  const changed = [...SharedMap.differing<unknown>(standingChains, wanted.chains)];
  const [old, now] = [
    byClass(changed.filter((name) => standingChains.has(name))),
    byClass(changed.filter((name) => !standingChains.has(name))),
  ];
  const fresh = new Set(
    [...now.keys()].flatMap((name) => (name === undefined || standingChains.has(name) ? [] : [name])),
  );
  if (fresh.size === 0) return new Map();
  const renames = new Map<string, string>();
  for (const direction of directions)
    for (const [to, [from, ...others]] of placesBefore(standing, wanted, direction, fresh)) {
      if (from === undefined || others.length > 0 || wanted.chains.has(from) || renames.has(from)) continue;
      const own = (now.get(to) ?? []).map((chain) => [from + chain.slice(to.length), chain] as const);
      // What is about a port of its own is new, and must not be led to before it is there.
      if (!own.every(([name]) => old.get(from)?.includes(name))) continue;
      for (const [name, chain] of own) renames.set(name, chain);
    }
  return renames;
}
