import { isOurChain } from "../render/names.ts";
import { ruleHash } from "../render/rule-text.ts";
import { type SavedRule, type SavedTable, jumpOf } from "./saved-rules.ts";
import type { VariantRules } from "./read-everywhere.ts";

/** The table that holds all of ours, where the variant has one. */
export const mangleOf = ({ reading }: VariantRules): SavedTable | undefined =>
  reading.kind === "read" ? reading.tables.find(({ name }) => name === "mangle") : undefined;

/**
 * A rule in a built-in chain that we wrote: it leads to a chain of ours, the first unless somebody renamed that, and carries
 * a digest. One without a digest that leads there is somebody else's, who is free to do so.
 */
export const isOurHook = ({ chain, rule }: SavedRule): boolean =>
  (chain === "FORWARD" || chain === "OUTPUT") &&
  isOurChain(jumpOf(rule)?.to ?? "") &&
  ruleHash(rule) !== undefined;

/** Whether anything of ours stands in the table. */
export const hasOurs = (table: SavedTable | undefined): boolean =>
  table !== undefined && (table.chains.some(isOurChain) || table.rules.some(isOurHook));
