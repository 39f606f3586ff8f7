import { classChainOf } from "../../../render/names.ts";
import { setsNamed } from "../../../render/nftables/sets-named.ts";
import type { FamilyView } from "../../walk/family-view.ts";
import { type MovedSet, addressesOf } from "./moved-set.ts";

const among = (sets: readonly MovedSet[], of: (set: MovedSet) => ReadonlySet<string>): ReadonlySet<string> =>
  new Set(sets.flatMap((set) => [...addressesOf(of(set))]));

/** The addresses that go from some of these sets and come to others. */
const moving = (sets: readonly MovedSet[]): ReadonlySet<string> =>
  among(sets, ({ dels }) => dels).intersection(among(sets, ({ adds }) => adds));

/**
 * The addresses that go from one set and come to another for which the same class asks: whoever asks for the second before, and for the
 * first after, finds neither.
 */
export function swapped(sets: readonly MovedSet[], before: FamilyView): ReadonlySet<string> {
  const candidates = moving(sets);
  if (candidates.size === 0) return candidates;
  const askedBy = new Map<string, Set<string>>();
  for (const [name, rules] of before.chains) {
    const own = classChainOf(name);
    if (own === undefined) continue;
    const asked = rules.flatMap((rule) => (rule === undefined ? [] : setsNamed(rule)));
    askedBy.set(own, new Set([...(askedBy.get(own) ?? []), ...asked]));
  }
  const each = [...askedBy.values()].map((asked) => moving(sets.filter(({ name }) => asked.has(name))));
  return new Set(each.flatMap((addresses) => [...addresses]));
}
