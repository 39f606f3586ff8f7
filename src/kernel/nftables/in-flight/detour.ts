import { mapWith } from "../../../core/map-with.ts";
import { setsNamed } from "../../../render/nftables/sets-named.ts";
import type { FamilyRuleset, IpSet } from "../../../render/ruleset.ts";
import type { Standing } from "../../standing.ts";
import { chainsAtOnce } from "./chains-at-once.ts";
import { changedDispatch } from "./changed-dispatch.ts";
import type { FamilyChange } from "./family-change.ts";
import { needsDetour } from "./needs-detour.ts";
import { renamed, shadowOf } from "./shadow.ts";
import { stayingWith } from "./staying-with.ts";

/**
 * What one family must be for a moment before it is as wanted, where elements of sets and maps may not change at once with the rules: a
 * packet that is under way at that instant meets the rules of before and the elements of after. All rules are as wanted, while those
 * sets hold what they held; the rules that need them as they are to be name shadows, which do.
 */
export function detour(standing: Standing, change: FamilyChange): FamilyRuleset | undefined {
  const { before, after } = change;
  const need = needsDetour(change);
  if (need === undefined) return undefined;
  const isAll = need === "everything";
  const held = new Set(change.sets.map(({ name }) => name));
  const [dispatch, ways] = isAll ? changedDispatch(change) : [new Set<string>(), []];
  const chains = [...chainsAtOnce(change, held), ...ways];
  const isTaken = (name: string): boolean => before.sets.has(name);
  const asked = new Set(chains.flatMap((name) => (after.chains.get(name) ?? []).flatMap(setsNamed)));
  const shadows = new Map(
    [...held.union(dispatch)]
      .filter((name) => asked.has(name))
      .map((name) => [name, shadowOf(name, isTaken)] as const),
  );
  const sets = [...held.union(dispatch)].flatMap((name): (readonly [string, IpSet])[] => {
    const [was, is] = [before.sets.get(name), after.sets.get(name)];
    if (was === undefined || is === undefined) return [];
    const shadow = shadows.get(name);
    const asItWas: readonly [string, IpSet] = [name, { ...is, entries: was.entries }];
    return shadow === undefined ? [asItWas] : [asItWas, [shadow, is]];
  });
  const rules = chains.map((name) => {
    const own = after.chains.get(name) ?? [];
    return [name, own.map((rule) => renamed(rule, shadows))] as const;
  });
  const staying = isAll ? stayingWith(standing, change) : undefined;
  return {
    ...after,
    chains: mapWith(after.chains, [...rules, ...(staying?.chains ?? [])]),
    sets: mapWith(after.sets, [...sets, ...(staying?.sets ?? [])]),
  };
}
