import type { HookedChain } from "../render/ruleset.ts";
import { type OurTableName, isHookedChain, isOurHookIn, isOurs } from "./ours.ts";
import { ruleIdentity } from "./rule-identity.ts";
import { jumpOf } from "./saved-rules.ts";
import { type StandingHook, type StandingRules, type StandingTable, nothingStands } from "./state.ts";

function readTable(lines: readonly string[], table: OurTableName): StandingRules {
  const isOur = isOurs[table];
  const chains = new Map<string, (string | undefined)[]>();
  const hooks: Record<HookedChain, StandingHook[]> = { FORWARD: [], OUTPUT: [], POSTROUTING: [] };
  const positions = { FORWARD: 0, OUTPUT: 0, POSTROUTING: 0 };
  const held = new Set<string>();
  for (const line of lines) {
    const declared = /^:(\S+) /.exec(line)?.[1];
    if (declared !== undefined && isOur(declared)) chains.set(declared, []);
    const [, chain, rule = ""] = /^-A (\S+)(?: (.*))?$/.exec(line) ?? [];
    if (chain === undefined) continue;
    if (isHookedChain(chain)) positions[chain] += 1;
    const identity = ruleIdentity(rule);
    if (isOur(chain)) chains.get(chain)?.push(identity);
    else if (identity !== undefined && isHookedChain(chain) && isOurHookIn(table, { chain, rule }))
      hooks[chain].push({ position: positions[chain], identity, rule });
    else {
      const leadsTo = jumpOf(rule)?.to;
      if (leadsTo !== undefined && isOur(leadsTo)) held.add(leadsTo);
    }
  }
  return { chains, hooks, held };
}

/**
 * Reads the output of `iptables-save`, of mangle and, where it is in it, of filter: our chains, and what we wrote into the
 * built-in chains.
 */
export function parseIptablesSave(text: string): StandingTable {
  const tables = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("*")) {
      lines = [];
      tables.set(line.slice(1), lines);
    } else lines.push(line);
  }
  const [mangle, filter] = [tables.get("mangle"), tables.get("filter")];
  const standing = mangle === undefined ? nothingStands : readTable(mangle, "mangle");
  return filter === undefined ? standing : { ...standing, filter: readTable(filter, "filter") };
}
