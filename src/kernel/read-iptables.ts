import { isOurChain } from "../render/names.ts";
import type { Hook } from "../render/ruleset.ts";
import { isOurHook } from "./ours.ts";
import { ruleIdentity } from "./rule-identity.ts";
import { jumpOf } from "./saved-rules.ts";
import type { StandingHook, StandingTable } from "./state.ts";

const isHooked = (chain: string): chain is Hook["chain"] => chain === "FORWARD" || chain === "OUTPUT";

/** Reads the output of `iptables-save -t mangle`: our chains, and what we wrote into the built-in chains. */
export function parseIptablesSave(text: string): StandingTable {
  const chains = new Map<string, (string | undefined)[]>();
  const hooks = { FORWARD: [] as StandingHook[], OUTPUT: [] as StandingHook[] };
  const positions = { FORWARD: 0, OUTPUT: 0 };
  const held = new Set<string>();
  for (const line of text.split("\n")) {
    const declared = /^:(\S+) /.exec(line)?.[1];
    if (declared !== undefined && isOurChain(declared)) chains.set(declared, []);
    const [, chain, rule = ""] = /^-A (\S+)(?: (.*))?$/.exec(line) ?? [];
    if (chain === undefined) continue;
    if (isHooked(chain)) positions[chain] += 1;
    const identity = ruleIdentity(rule);
    if (isOurChain(chain)) chains.get(chain)?.push(identity);
    else if (identity !== undefined && isOurHook({ chain, rule }) && isHooked(chain))
      hooks[chain].push({ position: positions[chain], identity, rule });
    else {
      const leadsTo = jumpOf(rule)?.to;
      if (leadsTo !== undefined && isOurChain(leadsTo)) held.add(leadsTo);
    }
  }
  return { chains, hooks, held };
}
