import { FILTER_CHAIN, isOurChain } from "../render/names.ts";
import { ruleHash } from "../render/rule-text.ts";
import { type HookedChain, hookedChains } from "../render/ruleset.ts";
import { type SavedRule, type SavedTable, jumpOf } from "./saved-rules.ts";
import type { VariantRules } from "./read-everywhere.ts";

/** The tables that we write to. */
export const ourTables = ["mangle", "filter"] as const;

export type OurTableName = (typeof ourTables)[number];

/** Which chains of a table are ours: in mangle whatever bears our prefixes, in filter the one that refuses. */
export const isOurs: Readonly<Record<OurTableName, (chain: string) => boolean>> = {
  mangle: isOurChain,
  filter: (chain) => chain === FILTER_CHAIN,
};

/** Whether this is a chain of ours in a table of any name. */
export const isOursIn = (table: string, chain: string): boolean =>
  (table === "mangle" || table === "filter") && isOurs[table](chain);

export const isHookedChain = (chain: string): chain is HookedChain =>
  (hookedChains as readonly string[]).includes(chain);

/** The table that holds all of ours but what refuses, where the variant has one. */
export const mangleOf = ({ reading }: VariantRules): SavedTable | undefined =>
  reading.kind === "read" ? reading.tables.find(({ name }) => name === "mangle") : undefined;

/**
 * A rule in a built-in chain that we wrote: it leads to a chain of ours, the first unless somebody renamed that, and carries
 * a digest. One without a digest that leads there is somebody else's, who is free to do so.
 */
export const isOurHookIn = (table: OurTableName, { chain, rule }: SavedRule): boolean =>
  isHookedChain(chain) && isOurs[table](jumpOf(rule)?.to ?? "") && ruleHash(rule) !== undefined;

/** The same in mangle. */
export const isOurHook = (rule: SavedRule): boolean => isOurHookIn("mangle", rule);

/** Whether anything of ours stands in the table. */
export const hasOurs = (table: SavedTable | undefined): boolean =>
  table !== undefined && (table.chains.some(isOurChain) || table.rules.some(isOurHook));
