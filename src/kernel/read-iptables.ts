import type { HookedChain } from "../render/ruleset.ts";
import { type OurTableName, isHookedChain, isOurHookIn, isOurs } from "./ours.ts";
import { type PrintedTable, printedTables, rulesOf } from "./printed-tables.ts";
import { ruleIdentity } from "./rule-identity.ts";
import { type ReadChain, readChain } from "./saved-chains.ts";
import { jumpOf } from "./saved-rules.ts";
import { type StandingHook, type StandingRules, type StandingTable, nothingStands } from "./state.ts";

function readTable(
  { chains: declared, rules }: PrintedTable,
  table: OurTableName,
  read: ReadChain,
): StandingRules {
  const isOur = isOurs[table];
  const chains = new Map<string, readonly (string | undefined)[]>(
    declared.filter(isOur).map((chain) => [chain, []]),
  );
  const hooks: Record<HookedChain, StandingHook[]> = { FORWARD: [], OUTPUT: [], POSTROUTING: [] };
  const held = new Set<string>();
  for (const printed of rules) {
    const { chain } = printed;
    if (isOur(chain)) {
      if (chains.has(chain)) chains.set(chain, read(printed));
      continue;
    }
    for (const [i, rule] of rulesOf(printed).entries()) {
      const identity = ruleIdentity(rule);
      if (identity !== undefined && isHookedChain(chain) && isOurHookIn(table, { chain, rule })) {
        hooks[chain].push({ position: i + 1, identity, rule });
        continue;
      }
      const leadsTo = jumpOf(rule)?.to;
      if (leadsTo !== undefined && isOur(leadsTo)) held.add(leadsTo);
    }
  }
  return { chains, hooks, held };
}

/** How the chains of a table are read. */
export type ReadChains = (table: OurTableName) => ReadChain;

/**
 * Reads the output of `iptables-save`, of mangle and, where it is in it, of filter: our chains, and what we wrote into the
 * built-in chains.
 */
export function parseIptablesSave(text: string, readChains: ReadChains = () => readChain): StandingTable {
  const tables = new Map(printedTables(text).map((table) => [table.name, table]));
  const [mangle, filter] = [tables.get("mangle"), tables.get("filter")];
  const standing = mangle === undefined ? nothingStands : readTable(mangle, "mangle", readChains("mangle"));
  return filter === undefined
    ? standing
    : { ...standing, filter: readTable(filter, "filter", readChains("filter")) };
}
