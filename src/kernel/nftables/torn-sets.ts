import { type Family, families } from "../../core/address.ts";
import { SharedMap } from "../../core/shared-map.ts";
import { classChainOf, setFamily } from "../../render/names.ts";
import { setsNamed } from "../../render/nftables/sets-named.ts";
import type { FamilyRuleset, Ruleset, SetType } from "../../render/ruleset.ts";
import type { Standing } from "../standing.ts";
import { type FamilyView, viewOf } from "../walk/family-view.ts";

/** Peers; nobody else's members come and go with what classes allow. */
const TYPES: ReadonlySet<SetType> = new Set(["hash:ip", "hash:ip,port"]);

/** To make a set anew costs a microsecond or two for each that is in it. */
const MOST_ENTRIES = 20_000;

type Entries = ReadonlySet<string>;

function isChanged(before: Entries, after: Entries): boolean {
  return before !== after && (before.size !== after.size || before.symmetricDifference(after).size > 0);
}

/** The sets of peers that hold others than before. */
const changedSets = (before: FamilyView, after: FamilyRuleset): string[] =>
  [...SharedMap.differing<unknown>(before.sets, after.sets)].filter((name) => {
    const [was, is] = [before.sets.get(name), after.sets.get(name)];
    if (was === undefined || is === undefined || setFamily(name) !== after.family) return false;
    return TYPES.has(is.type) && is.entries.size <= MOST_ENTRIES && isChanged(was.entries, is.entries);
  });

const isSame = (was: readonly unknown[], is: readonly unknown[]): boolean =>
  was === is || (was.length === is.length && was.every((rule, i) => rule === is[i]));

/** The rules of classes' chains that do not stay as they are, before and after. */
const changedRules = (before: FamilyView, { chains }: FamilyRuleset): string[] =>
  [...before.chains].flatMap(([name, was]) => {
    const is = chains.get(name);
    if (is === undefined || classChainOf(name) === undefined || isSame(was, is)) return [];
    return [...was, ...is].flatMap((rule) => rule ?? []);
  });

function tornIn(before: FamilyView, after: FamilyRuleset): string[] {
  const changed = changedSets(before, after);
  if (changed.length === 0) return [];
  const named = new Set(changedRules(before, after).flatMap(setsNamed));
  return changed.filter((name) => named.has(name));
}

/**
 * The sets whose members change at once with the rules that look into them. A packet that is under way at that instant would meet the
 * rules of before and the members of after; so these sets are made anew, as others of the same name: rules of before then know the
 * one, and rules of after the other.
 */
export const tornSets = (standing: Standing, wanted: Ruleset): ReadonlySet<string> =>
  new Set(families.flatMap((family: Family) => tornIn(viewOf(standing, family), wanted[family])));
