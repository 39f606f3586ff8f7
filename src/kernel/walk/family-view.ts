import type { Family } from "../../core/address.ts";
import type { Direction } from "../../core/policy.ts";
import { classChain } from "../../render/names.ts";
import { setsNamedBy } from "../saved-rules.ts";
import type { Standing } from "../standing.ts";

/** A rule in our words or as it is known again (`ruleIdentity`); `undefined` for one that we did not write. */
export type AnyRule = string | undefined;

/** What of one family stands, or is to. */
export interface FamilyView {
  readonly chains: ReadonlyMap<string, readonly AnyRule[]>;
  readonly sets: ReadonlyMap<string, { readonly entries: ReadonlySet<string> }>;
}

export const viewOf = (standing: Standing, family: Family): FamilyView =>
  standing.kind === "left"
    ? standing.ruleset[family]
    : { chains: standing.state.tables[family].chains, sets: standing.state.sets };

export const isClassChain = (name: string): boolean => name.startsWith(classChain(""));

/** Which end of a packet the rules of a direction look up in sets of peers. */
const sides: Readonly<Record<Direction, string>> = { ingress: "src", egress: "dst" };

/** Whether classes of this direction name one of these sets. */
export function isNamedIn({ chains }: FamilyView, direction: Direction, names: Iterable<string>): boolean {
  const matches = [...names].map((name) => `--match-set ${name} ${sides[direction]}`);
  for (const [chain, rules] of chains)
    if (isClassChain(chain) && rules.some((rule) => matches.some((match) => rule?.includes(match))))
      return true;
  return false;
}

/** Whether a rule of the chain names one of these sets; of a rule that is not ours nobody knows. */
export const namesAny = (rules: readonly AnyRule[], sets: { has(name: string): boolean }): boolean =>
  rules.some((rule) => rule === undefined || setsNamedBy(rule).some((name) => sets.has(name)));
