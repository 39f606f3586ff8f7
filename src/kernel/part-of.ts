import type { FamilyRuleset, HookedChain, Ruleset, TableRules } from "../render/ruleset.ts";
import { type KernelState, type StandingRules, type StandingTable, nothingStands } from "./state.ts";

/** Of what a part is made: sets and chains by name, the built-in chains as the places of hooks. */
export type IsPart = (name: string) => boolean;

const named = <V>(map: ReadonlyMap<string, V>, isPart: IsPart): Map<string, V> =>
  new Map([...map].filter(([name]) => isPart(name)));

const meantRules = ({ chains, hooks }: TableRules, isPart: IsPart): TableRules => ({
  chains: named(chains, isPart),
  hooks: hooks.filter(({ chain }) => isPart(chain)),
});

function meantTable({ filter, family, sets, ...mangle }: FamilyRuleset, isPart: IsPart): FamilyRuleset {
  const rest = { family, sets: named(sets, isPart), ...meantRules(mangle, isPart) };
  return filter === undefined ? rest : { ...rest, filter: meantRules(filter, isPart) };
}

function standingRules({ chains, hooks, held }: StandingRules, isPart: IsPart): StandingRules {
  const hooked = (chain: HookedChain): StandingRules["hooks"][HookedChain] =>
    (isPart(chain) ? hooks : nothingStands.hooks)[chain];
  return {
    chains: named(chains, isPart),
    hooks: { FORWARD: hooked("FORWARD"), OUTPUT: hooked("OUTPUT"), POSTROUTING: hooked("POSTROUTING") },
    held,
  };
}

function standingTable({ filter, ...mangle }: StandingTable, isPart: IsPart): StandingTable {
  const rest = standingRules(mangle, isPart);
  return filter === undefined ? rest : { ...rest, filter: standingRules(filter, isPart) };
}

/** The part of what is meant. */
export const partOfRuleset = ({ IPv4, IPv6 }: Ruleset, isPart: IsPart): Ruleset => ({
  IPv4: meantTable(IPv4, isPart),
  IPv6: meantTable(IPv6, isPart),
});

/** The same part of what stands. */
export const partOfState = ({ sets, tables }: KernelState, isPart: IsPart): KernelState => ({
  sets: named(sets, isPart),
  tables: { IPv4: standingTable(tables.IPv4, isPart), IPv6: standingTable(tables.IPv6, isPart) },
});
