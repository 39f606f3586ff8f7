import { UNREFUSED_CHAIN } from "../render/names.ts";
import { type FamilyRuleset, type TableRules, hookedChains } from "../render/ruleset.ts";
import { isAsMeant } from "./as-meant.ts";
import { type HookPlace, hookLines, unhookLines } from "./hook-lines.ts";
import type { OurTableName } from "./ours.ts";
import { type StandingRules, type StandingTable, nothingStands } from "./state.ts";

/** `iptables-restore --noflush` input for one family; each text is one atomic step. */
export interface TableTexts {
  /** Of mangle, in which all is judged. */
  readonly judging: string | undefined;
  /** What follows it, in this order: how what is denied is answered. */
  readonly answering: readonly string[];
}

const places: Readonly<Record<OurTableName, HookPlace>> = { mangle: "first", filter: "anywhere" };

function tableText(
  table: OurTableName,
  { chains, hooks }: TableRules,
  standing: StandingRules,
): string | undefined {
  const changed = [...chains].filter(([name, rules]) => !isAsMeant(rules, standing.chains.get(name)));
  const isHeld = (name: string): boolean => standing.held.has(name);
  // A rule of somebody else may lead to one of ours that is to go: that stays, empty, and so means nothing.
  const gone = [...standing.chains]
    .filter(([name, rules]) => !chains.has(name) && !(isHeld(name) && rules.length === 0))
    .map(([name]) => name);
  const hooked = hooks.flatMap((hook) => hookLines(hook, standing.hooks, places[table]));
  const unhooked = hookedChains
    .filter((chain) => !hooks.some((hook) => hook.chain === chain))
    .flatMap((chain) => unhookLines(chain, standing.hooks));
  if (changed.length + gone.length + hooked.length + unhooked.length === 0) return undefined;
  // Naming a chain empties it, within the same atomic step.
  const named = [...changed.map(([name]) => name), ...gone].map((name) => `:${name} - [0:0]`);
  const rules = changed.flatMap(([name, lines]) => lines.map((line) => `-A ${name} ${line}`));
  const deleted = gone.filter((name) => !isHeld(name)).map((name) => `-X ${name}`);
  return [`*${table}`, ...named, ...rules, ...hooked, ...unhooked, ...deleted, "COMMIT", ""].join("\n");
}

const NO_RULES: TableRules = { chains: new Map(), hooks: [] };

/** What stands at the end of all ways of what has been denied, and the rest. */
function apart({ chains, hooks, held }: StandingRules): { guard: StandingRules; rest: StandingRules } {
  const isGuard = (name: string): boolean => name === UNREFUSED_CHAIN;
  const part = (isWanted: (name: string) => boolean): StandingRules["chains"] =>
    new Map([...chains].filter(([name]) => isWanted(name)));
  return {
    guard: {
      chains: part(isGuard),
      hooks: { ...nothingStands.hooks, POSTROUTING: hooks.POSTROUTING },
      held,
    },
    rest: { chains: part((name) => !isGuard(name)), hooks: { ...hooks, POSTROUTING: [] }, held },
  };
}

/**
 * What turns the tables of one family into what is meant. Where denied packets are refused no longer, what drops those that
 * nobody answered goes last: it stands from the moment at which the first of them is let go on until after the last.
 */
export function tableTexts(wanted: FamilyRuleset, standing: StandingTable): TableTexts {
  const filter = tableText("filter", wanted.filter ?? NO_RULES, standing.filter ?? nothingStands);
  const isGuarded = wanted.filter !== undefined;
  const { guard, rest } = apart(standing);
  const last = isGuarded ? undefined : tableText("mangle", NO_RULES, guard);
  return {
    judging: tableText("mangle", wanted, isGuarded ? standing : rest),
    answering: [filter, last].filter((text) => text !== undefined),
  };
}
