import type { Family } from "../../core/address.ts";
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

/** The sets that rules name. Of a rule that is not ours nobody knows. */
export const setsNamedIn = (rules: readonly AnyRule[]): ReadonlySet<string> =>
  new Set(rules.flatMap((rule) => (rule === undefined ? [] : setsNamedBy(rule))));
