import type { Direction } from "../../core/policy.ts";
import { type AnyRule, type FamilyView, isClassChain } from "./family-view.ts";

/** The sets of peers that a class asks for: in ingress who sends, in egress who is sent to. */
type AskedSets = Readonly<Record<Direction, ReadonlySet<string>>>;

const ASKED = / --match-set (\S+) (src|dst)/g;

/** By value: most chains outlive many changes of others. */
const known = new WeakMap<readonly AnyRule[], AskedSets>();

function askedSets(rules: readonly AnyRule[]): AskedSets {
  const made = known.get(rules);
  if (made !== undefined) return made;
  const asked = { ingress: new Set<string>(), egress: new Set<string>() };
  for (const rule of rules)
    for (const [, name = "", side] of rule?.matchAll(ASKED) ?? [])
      asked[side === "src" ? "ingress" : "egress"].add(name);
  known.set(rules, asked);
  return asked;
}

/** Whether a class of this direction asks for one of the sets. */
export function isAsked({ chains }: FamilyView, direction: Direction, names: ReadonlySet<string>): boolean {
  if (names.size === 0) return false;
  for (const [chain, rules] of chains) {
    if (!isClassChain(chain)) continue;
    const asked = askedSets(rules)[direction];
    if (asked.size === 0) continue;
    for (const name of names) if (asked.has(name)) return true;
  }
  return false;
}
