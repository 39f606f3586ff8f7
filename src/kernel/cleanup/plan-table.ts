import type { Family } from "../../core/address.ts";
import { ruleHash } from "../../render/rule-text.ts";
import { type OurTableName, isOurHookIn, isOurs } from "../ours.ts";
import { type SavedRule, type SavedTable, jumpOf } from "../saved-rules.ts";
import type { Variant } from "../variant.ts";

/** What is to go from one table of one variant and family, and what cannot. */
export interface TableCleanup {
  readonly variant: Variant;
  readonly family: Family;
  readonly table: OurTableName;
  /** Our rules in built-in chains. */
  readonly hooks: readonly SavedRule[];
  /** Our chains that go, with all that is in them. */
  readonly chains: readonly CleanedChain[];
  /** Our chains that rules of others lead to: emptied, which lets everything pass, but there as long as those rules are. */
  readonly kept: readonly KeptChain[];
  /** One atomic `iptables-restore --noflush`; `undefined` where nothing is to be written. */
  readonly input: string | undefined;
}

export interface CleanedChain {
  readonly name: string;
  readonly rules: number;
  /** Rules that others put into our chain; they go with it, as the enforcer never left them there either. */
  readonly foreign: readonly string[];
}

export interface KeptChain extends CleanedChain {
  /** The rules of others that lead here, as `iptables-save` prints them. */
  readonly heldBy: readonly string[];
}

/**
 * What must be written so that of ours nothing is left in a table. The kernel removes no chain that a rule leads to, and
 * rules of others are never touched: a chain that they lead to stays, empty, as if Selvedge had no opinion.
 */
export function planTable(
  { variant, family }: Pick<TableCleanup, "variant" | "family">,
  table: OurTableName,
  saved: SavedTable,
): TableCleanup {
  const isOurChain = isOurs[table];
  const hooks = saved.rules.filter((rule) => isOurHookIn(table, rule));
  const others = saved.rules.filter((rule) => !isOurChain(rule.chain) && !isOurHookIn(table, rule));
  const holders = Map.groupBy(others, ({ rule }) => jumpOf(rule)?.to);
  const inside = Map.groupBy(saved.rules, ({ chain }) => chain);
  const ours = saved.chains.filter(isOurChain).map((name): KeptChain => {
    const rules = (inside.get(name) ?? []).map(({ rule }) => rule);
    return {
      name,
      rules: rules.length,
      foreign: rules.filter((rule) => ruleHash(rule) === undefined),
      heldBy: (holders.get(name) ?? []).map(({ chain, rule }) => `-A ${chain} ${rule}`),
    };
  });
  const chains = ours
    .filter(({ heldBy }) => heldBy.length === 0)
    .map(({ name, rules, foreign }) => ({ name, rules, foreign }));
  const lines = [
    ...hooks.map(({ chain, rule }) => `-D ${chain} ${rule}`),
    // All are emptied first: our chains lead to each other.
    ...ours.filter(({ rules }) => rules > 0).map(({ name }) => `-F ${name}`),
    ...chains.map(({ name }) => `-X ${name}`),
  ];
  return {
    variant,
    family,
    table,
    hooks,
    chains,
    kept: ours.filter(({ heldBy }) => heldBy.length > 0),
    input: lines.length === 0 ? undefined : [`*${table}`, ...lines, "COMMIT", ""].join("\n"),
  };
}
