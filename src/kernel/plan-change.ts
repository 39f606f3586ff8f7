import { type Family, families } from "../core/address.ts";
import { SharedMap } from "../core/shared-map.ts";
import { setFamily } from "../render/names.ts";
import type { FamilyRuleset, Ruleset } from "../render/ruleset.ts";
import { type Plan, planWrites, stateAfter } from "./plan.ts";
import type { StandingSet } from "./state.ts";

/** A set that nobody wants any longer, and that stands. */
export type StayedSet = readonly [string, StandingSet];

/** What a map has under these keys. */
function only<V>(map: ReadonlyMap<string, V>, keys: Iterable<string>): Map<string, V> {
  const found = new Map<string, V>();
  for (const key of keys) {
    const value = map.get(key);
    if (value !== undefined) found.set(key, value);
  }
  return found;
}

/** Both without the sets and chains that are the same value in both. */
function apart(from: FamilyRuleset, to: FamilyRuleset): readonly [FamilyRuleset, FamilyRuleset] {
  const sets = [...SharedMap.differing(from.sets, to.sets)];
  const chains = [...SharedMap.differing(from.chains, to.chains)];
  const part = (each: FamilyRuleset): FamilyRuleset => ({
    ...each,
    sets: only(each.sets, sets),
    chains: only(each.chains, chains),
  });
  return [part(from), part(to)];
}

/**
 * The plan that turns one ruleset, which stands whole, into another: `planWrites` of what the first left, but for the order
 * of lines that do not depend on each other. Costs what differs by identity, not what stands.
 */
export function planChange(from: Ruleset, to: Ruleset, stayed: readonly StayedSet[] = []): Plan {
  const parts = families.map((family) => [family, apart(from[family], to[family])] as const);
  const side = (at: 0 | 1): Ruleset =>
    Object.fromEntries(parts.map(([family, part]) => [family, part[at]])) as Record<Family, FamilyRuleset>;
  // Rules that are the same in both are not looked into: a ruleset has no set that none of its rules names.
  return planWrites(stateAfter(side(0), stayed), side(1), (set) => from[setFamily(set)].sets.has(set));
}
