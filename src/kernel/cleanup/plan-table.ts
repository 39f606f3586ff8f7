import type { Family } from "../../core/address.ts";
import { isOurChain } from "../../render/names.ts";
import { ruleHash } from "../../render/rule-text.ts";
import { isOurHook } from "../ours.ts";
import { type SavedRule, type SavedTable, jumpOf } from "../saved-rules.ts";
import type { Variant } from "../variant.ts";

/** What is to go from one variant's mangle table of one family, and what cannot. */
export interface TableCleanup {
  readonly variant: Variant;
  readonly family: Family;
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
 * What must be written so that of ours nothing is left in mangle. The kernel removes no chain that a rule leads to, and
 * rules of others are never touched: a chain that they lead to stays, empty, as if Selvedge had no opinion.
 */
export function planTable(variant: Variant, family: Family, mangle: SavedTable): TableCleanup {
  const hooks = mangle.rules.filter(isOurHook);
  const others = mangle.rules.filter((rule) => !isOurChain(rule.chain) && !isOurHook(rule));
  const holders = Map.groupBy(others, ({ rule }) => jumpOf(rule)?.to);
  const inside = Map.groupBy(mangle.rules, ({ chain }) => chain);
  const ours = mangle.chains.filter(isOurChain).map((name): KeptChain => {
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
    hooks,
    chains,
    kept: ours.filter(({ heldBy }) => heldBy.length > 0),
    input: lines.length === 0 ? undefined : ["*mangle", ...lines, "COMMIT", ""].join("\n"),
  };
}
