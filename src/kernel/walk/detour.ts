import type { FamilyRuleset, IpSet } from "../../render/ruleset.ts";
import type { FamilyChange } from "./family-change.ts";
import { isClassChain, setsNamedIn } from "./family-view.ts";
import { renamed, shadowOf } from "./shadow.ts";

/**
 * The class chains that must change in one step, rules and peers: those that judge somebody otherwise and name a set that
 * changes; and those by which an address of this node loses something, as packets to or from it are judged twice, and on a
 * detour nothing may fall after that step.
 */
function chainsAtOnce({ after, doors, sets, places, written }: FamilyChange): string[] {
  const reached = new Set([...places.values()].map(({ to }) => to));
  const isLocal = (address: string): boolean => doors.before.isLocal(address) || doors.after.isLocal(address);
  const losing = new Set(
    [...sets.dels].filter(([, addresses]) => [...addresses].some(isLocal)).map(([name]) => name),
  );
  return [...after.chains]
    .filter(([name, rules]) => {
      if (!isClassChain(name)) return false;
      const named = setsNamedIn(rules);
      const isTurning = written.has(name) || reached.has(name);
      return !named.isDisjointFrom(isTurning ? sets.names : losing);
    })
    .map(([name]) => name);
}

/**
 * The rulesets of one family between what stands and what is wanted (docs/kernel.md, "Writing"). First all rules as wanted,
 * while sets of peers that change hold what they held: chains that need them as they are to be name shadows that do. Then
 * the sets change; then the chains name them.
 */
export function detour(change: FamilyChange): readonly FamilyRuleset[] {
  const { before, after, sets } = change;
  const atOnce = chainsAtOnce(change);
  const standing = [...before.chains.values()].flat();
  const [isStrange, taken] = [standing.includes(undefined), setsNamedIn(standing)];
  const asked = setsNamedIn(atOnce.flatMap((name) => after.chains.get(name) ?? []));
  const shadows = new Map(
    [...sets.names.intersection(asked)].map(
      (name) => [name, shadowOf(name, (shadow) => isStrange || taken.has(shadow))] as const,
    ),
  );
  const shades = [...shadows].flatMap(([name, shadow]): [string, IpSet][] => {
    const set = after.sets.get(name);
    return set === undefined ? [] : [[shadow, set]];
  });
  const held = [...sets.names].flatMap((name): [string, IpSet][] => {
    const set = after.sets.get(name);
    return set === undefined
      ? []
      : [[name, { ...set, entries: before.sets.get(name)?.entries ?? new Set() }]];
  });
  const chains = new Map([
    ...after.chains,
    ...atOnce.map(
      (name) => [name, (after.chains.get(name) ?? []).map((rule) => renamed(rule, shadows))] as const,
    ),
  ]);
  const first = { ...after, chains, sets: new Map([...after.sets, ...shades, ...held]) };
  return shadows.size === 0 ? [first] : [first, { ...first, sets: new Map([...after.sets, ...shades]) }];
}
