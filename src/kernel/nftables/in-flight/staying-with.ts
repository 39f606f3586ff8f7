import { classChainOf } from "../../../render/names.ts";
import { setsNamed } from "../../../render/nftables/sets-named.ts";
import type { FamilyRuleset, IpSet } from "../../../render/ruleset.ts";
import { type Standing, setIn } from "../../standing.ts";
import type { FamilyChange } from "./family-change.ts";
import { isMap } from "./is-map.ts";
import { leadsTo } from "./leads-to.ts";

/**
 * The chains that go, to which maps lead that hold what they held, with what they lead to, and the sets for which they ask; and the maps
 * that go and for which rules ask, as in a detour that somebody left.
 */
export function stayingWith(
  standing: Standing,
  { before, after }: FamilyChange,
): Pick<FamilyRuleset, "chains" | "sets"> {
  const setOf = (name: string): IpSet | undefined => {
    const set = setIn(standing, name);
    return set === undefined || set.type === "other" ? undefined : { ...set, type: set.type };
  };
  const chains = new Map<string, readonly string[]>();
  const stay = (name: string): void => {
    if (after.chains.has(name) || chains.has(name)) return;
    const ours = (before.chains.get(name) ?? []).filter((rule) => rule !== undefined);
    const rules = ours.filter((rule) => setsNamed(rule).every((set) => setOf(set) !== undefined));
    chains.set(name, rules);
    for (const to of leadsTo(rules)) stay(to);
  };
  for (const name of before.chains.keys()) if (classChainOf(name) !== undefined) stay(name);
  const goes = (name: string): [string, IpSet][] => {
    const set = after.sets.has(name) ? undefined : setOf(name);
    return set === undefined ? [] : [[name, set]];
  };
  const sets = [...chains.values()].flatMap((rules) => rules.flatMap(setsNamed)).flatMap(goes);
  const stood = [...before.chains.values()].flat().filter((rule) => rule !== undefined);
  const asked = stood.flatMap(setsNamed).flatMap(goes);
  return { chains, sets: new Map([...sets, ...asked.filter(([, set]) => isMap(set))]) };
}
