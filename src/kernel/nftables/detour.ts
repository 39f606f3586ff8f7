import { mapWith } from "../../core/map-with.ts";
import { SharedMap } from "../../core/shared-map.ts";
import { classChainOf, isDispatchSet, setFamily } from "../../render/names.ts";
import { setsNamed } from "../../render/nftables/sets-named.ts";
import type { FamilyRuleset, IpSet } from "../../render/ruleset.ts";
import { type Standing, setIn } from "../standing.ts";
import { type FamilyChange, addressesOf, familyChange } from "./family-change.ts";
import type { FamilyView } from "../walk/family-view.ts";
import { isJudged, needsDetour } from "./needs-detour.ts";
import { leadsTo } from "./leads-to.ts";
import { renamed, shadowOf } from "./shadow.ts";

const asksFor = (rules: readonly string[], sets: ReadonlySet<string>): boolean =>
  rules.some((rule) => setsNamed(rule).some((name) => sets.has(name)));

/** The sets that an address of this node leaves. */
function losing({ sets, places }: FamilyChange): ReadonlySet<string> {
  const left = sets.filter(({ dels }) => [...addressesOf(dels)].some((address) => isJudged(places, address)));
  return new Set(left.map(({ name }) => name));
}

/**
 * The chains of classes that must change with the sets for which they ask: of those that judge somebody otherwise; and of those by which an
 * address of this node loses something, as packets to or from it are judged twice, and nothing may fall once anything has risen.
 */
function chainsAtOnce(change: FamilyChange, held: ReadonlySet<string>): string[] {
  const { written, moves, after } = change;
  const left = losing(change);
  const asking = (sets: ReadonlySet<string>): (readonly [string, string])[] =>
    sets.size === 0
      ? []
      : [...after.chains].flatMap(([name, rules]) => {
          const own = classChainOf(name);
          return own !== undefined && asksFor(rules, sets) ? [[name, own] as const] : [];
        });
  const classes = new Set([...written, ...moves.map(({ to }) => to), ...asking(left).map(([, own]) => own)]);
  return asking(held).flatMap(([name, own]) => (classes.has(own) ? [name] : []));
}

const isSameIn = (name: string, before: FamilyView, after: FamilyView): boolean => {
  const [was, is] = [before.sets.get(name)?.entries, after.sets.get(name)?.entries];
  return was === is || was === undefined || is === undefined || was.symmetricDifference(is).size === 0;
};

/** The maps and sets by which addresses come to their classes, as far as they change, and the chains that ask for them. */
function changedDispatch({ before, after, family }: FamilyChange): readonly [ReadonlySet<string>, string[]] {
  const changed = [...SharedMap.differing<unknown>(before.sets, after.sets)].filter(
    (name) => isDispatchSet(name) && setFamily(name) === family && !isSameIn(name, before, after),
  );
  const sets = new Set(changed);
  const chains = [...after.chains].filter(
    ([name, rules]) => classChainOf(name) === undefined && asksFor(rules, sets),
  );
  return [sets, chains.map(([name]) => name)];
}

/** The chains that go, to which maps lead that hold what they held, with what they lead to, and the sets for which they ask. */
function stayingWith(
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
  const sets = [...chains.values()].flatMap((rules) => rules.flatMap(setsNamed));
  const gone = sets.flatMap((name): [string, IpSet][] => {
    const set = after.sets.has(name) ? undefined : setOf(name);
    return set === undefined ? [] : [[name, set]];
  });
  return { chains, sets: new Map(gone) };
}

/**
 * What one family must be for a moment before it is as wanted, where elements of sets and maps may not change at once with the rules: a
 * packet that is under way at that instant meets the rules of before and the elements of after. All rules are as wanted, while those
 * sets hold what they held; the rules that need them as they are to be name shadows, which do.
 */
export function detour(standing: Standing, after: FamilyRuleset): FamilyRuleset | undefined {
  const change = familyChange(standing, after);
  const { before } = change;
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
