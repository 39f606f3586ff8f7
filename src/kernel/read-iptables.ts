import { FORWARD_CHAIN, isOurChain } from "../render/names.ts";
import { ruleHash } from "../render/rule-text.ts";
import type { StandingHook, StandingTable } from "./state.ts";

/** What another wrote into a comment or a log prefix says nothing about where its rule leads. */
const unquoted = (rule: string): string => rule.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');

const JUMP_TO_US = new RegExp(` -[jg] ${FORWARD_CHAIN}(?: |$)`);

/** Reads the output of `iptables-save -t mangle`: our chains, and where the built-in chains lead to us. */
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
      if (!JUMP_TO_US.test(` ${unquoted(rule)}`)) continue;
      hooks[chain].push({ position: positions[chain], hash: ruleHash(rule), rule });
    } else chains.get(chain)?.push(ruleHash(rule));
  }
  return { chains, hooks };
}
