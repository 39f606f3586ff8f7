import { printedTables, rulesOf } from "./printed-tables.ts";

/** One rule as `iptables-save` prints it. */
export interface SavedRule {
  readonly chain: string;
  /** What follows `-A <chain>`. */
  readonly rule: string;
}

/** One table as `iptables-save` prints it, everybody's rules in it. */
export interface SavedTable {
  readonly name: string;
  readonly chains: readonly string[];
  /** In order, chain by chain. */
  readonly rules: readonly SavedRule[];
}

/** Where a rule leads: a chain, or one of the kernel's verdicts. */
export interface Jump {
  readonly to: string;
  /** `-g`: what RETURNs there does not come back to this chain. */
  readonly isGoto: boolean;
}

/** Reads the output of `iptables-save`, all tables of it. */
export const parseSavedTables = (text: string): SavedTable[] =>
  printedTables(text).map(({ name, chains, rules }) => ({
    name,
    chains,
    rules: rules.flatMap((printed) => rulesOf(printed).map((rule) => ({ chain: printed.chain, rule }))),
  }));

/** A rule without its free texts: what somebody wrote into a comment is no part of what the rule does. */
const withoutTexts = (rule: string): string =>
  ` ${rule.replaceAll(/(--(?:comment|log-prefix|nflog-prefix)) (?:"(?:[^"\\]|\\.)*"|\S+)/g, "$1")}`;

/** Where the rule leads; `undefined` for one that only counts. */
export function jumpOf(rule: string): Jump | undefined {
  const [, verb, to] = / -([jg]) (\S+)/.exec(withoutTexts(rule)) ?? [];
  return to === undefined ? undefined : { to, isGoto: verb === "g" };
}

/** The ipsets that the rule looks into or writes to (extensions `set` and `SET`). */
export const setsNamedBy = (rule: string): string[] =>
  [...withoutTexts(rule).matchAll(/ --(?:match|add|del|map)-set (\S+)/g)].map(([, name = ""]) => name);
