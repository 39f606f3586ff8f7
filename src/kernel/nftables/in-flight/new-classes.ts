import type { Family } from "../../../core/address.ts";
import { directions } from "../../../core/policy.ts";
import { portMap, verdictMap } from "../../../render/names.ts";
import { setsNamed } from "../../../render/nftables/sets-named.ts";
import type { FamilyRuleset, Ruleset } from "../../../render/ruleset.ts";
import { type Standing, setIn } from "../../standing.ts";
import { viewOf } from "../../walk/family-view.ts";
import { chainsIn } from "./chains-in.ts";
import { elementsComing } from "./elements-coming.ts";
import { leadsTo } from "./leads-to.ts";
import { OPEN, placesOf } from "./places.ts";

/**
 * The chains that do not stand and to which elements lead that come, of addresses that are judged or closed as it stands. Whoever is open
 * passes an empty chain by the right of before.
 */
function ledAnew(standing: Standing, wanted: FamilyRuleset): string[] {
  const { family } = wanted;
  const standingChains = chainsIn(standing, family);
  const led = directions.flatMap((direction) =>
    [verdictMap(family, direction), portMap(family, direction)].flatMap((name) =>
      elementsComing(standing, wanted, name).flatMap(({ address, chain }) =>
        standingChains.has(chain) ? [] : [{ direction, address, chain }],
      ),
    ),
  );
  if (led.length === 0) return [];
  const { at } = placesOf(viewOf(standing, family), family);
  return led.flatMap(({ direction, address, chain }) => (at(direction, address) === OPEN ? [] : [chain]));
}

function newIn(standing: Standing, wanted: FamilyRuleset): FamilyRuleset {
  const standingChains = chainsIn(standing, wanted.family);
  const chains = new Map<string, readonly string[]>();
  const add = (name: string): void => {
    const rules = wanted.chains.get(name);
    if (rules === undefined || standingChains.has(name) || chains.has(name)) return;
    chains.set(name, rules);
    for (const to of leadsTo(rules)) add(to);
  };
  for (const name of ledAnew(standing, wanted)) add(name);
  const named = new Set([...chains.values()].flat().flatMap(setsNamed));
  const sets = [...named].flatMap((name) => {
    const set = wanted.sets.get(name);
    return set === undefined || setIn(standing, name) !== undefined ? [] : [[name, set] as const];
  });
  return { family: wanted.family, chains, sets: new Map(sets), hooks: [] };
}

const nothingNew = ({ family }: FamilyRuleset): FamilyRuleset => ({
  family,
  chains: new Map(),
  sets: new Map(),
  hooks: [],
});

/**
 * The chains that do not stand and to which packets will be led that are judged or closed as it stands, with what they lead to and the
 * sets that they ask for, as far as that does not stand either; nothing in families that are made anew.
 */
export const newClasses = (standing: Standing, wanted: Ruleset, anew: ReadonlySet<Family>): Ruleset => {
  const [IPv4, IPv6] = [wanted.IPv4, wanted.IPv6].map((each) =>
    anew.has(each.family) ? nothingNew(each) : newIn(standing, each),
  );
  if (IPv4 === undefined || IPv6 === undefined) throw new Error("two families are planned");
  return { IPv4, IPv6 };
};
