import { classChainOf } from "../../../render/names.ts";
import { asksFor } from "./asks-for.ts";
import type { FamilyChange } from "./family-change.ts";
import { isJudged } from "./is-crossing.ts";
import { addressesOf } from "./moved-set.ts";

/** The sets that an address of this node leaves, or one that comes to another. */
function losing({ sets, places, swapped }: FamilyChange): ReadonlySet<string> {
  const left = sets.filter(({ dels }) =>
    [...addressesOf(dels)].some((address) => swapped.has(address) || isJudged(places, address)),
  );
  return new Set(left.map(({ name }) => name));
}

/**
 * The chains of classes that must change with the sets for which they ask: of those that judge somebody otherwise; and of those by which an
 * address of this node loses something, as packets to or from it are judged twice, and nothing may fall once anything has risen; and of
 * those by which one loses something and gets something else.
 */
export function chainsAtOnce(change: FamilyChange, held: ReadonlySet<string>): string[] {
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
