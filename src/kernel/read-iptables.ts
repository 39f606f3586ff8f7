import { isOurChain } from "../render/names.ts";
import { ruleHash } from "../render/rule-text.ts";
import { isOurHook } from "./ours.ts";
import { ruleIdentity } from "./rule-identity.ts";
import type { StandingHook, StandingTable } from "./state.ts";

/** Reads the output of `iptables-save -t mangle`: our chains, and what we wrote into the built-in chains. */
export function parseIptablesSave(text: string): StandingTable {
  const chains = new Map<string, (string | undefined)[]>();
  const hooks = { FORWARD: [] as StandingHook[], OUTPUT: [] as StandingHook[] };
  const positions = { FORWARD: 0, OUTPUT: 0 };
  for (const line of text.split("\n")) {
    const declared = /^:(\S+) /.exec(line)?.[1];
    if (declared !== undefined && isOurChain(declared)) chains.set(declared, []);
    const [, chain, rule = ""] = /^-A (\S+)(?: (.*))?$/.exec(line) ?? [];
    if (chain === undefined) continue;
    if (chain === "FORWARD" || chain === "OUTPUT") {
      positions[chain] += 1;
      if (!isOurHook({ chain, rule })) continue;
      hooks[chain].push({ position: positions[chain], hash: ruleHash(rule), rule });
    } else chains.get(chain)?.push(ruleIdentity(rule));
  }
  return { chains, hooks };
}
