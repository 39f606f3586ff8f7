import { directions } from "../../core/policy.ts";
import {
  FORWARD_CHAIN,
  GATE_CHAIN,
  REFUSE_CHAIN,
  UNREFUSED_CHAIN,
  dispatchChain,
  isOurChain,
  restChain,
} from "../../render/names.ts";
import { ruleHash } from "../../render/rule-text.ts";
import { jumpOf } from "../../kernel/saved-rules.ts";
import type { NodeFacts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";
import { ourNftTables } from "../nft-standing.ts";
import { nftChainTroubles } from "./nft-chains.ts";
import { type OurTable, ourTables } from "../standing.ts";

const check = "chains";

/** Those that judge: whoever comes to their end is denied. */
const isJudging = (chain: string): boolean =>
  chain === GATE_CHAIN ||
  chain === REFUSE_CHAIN ||
  chain === UNREFUSED_CHAIN ||
  /^SV-(?:INGRESS|EGRESS|[IEC]-)/.test(chain);

const MEND =
  "The enforcer puts its chains right within seconds: start it, or see in its log why it cannot; then find out who writes there.";

/** Where those end: in a verdict, with the rest, whom the trie does not know, or where what is denied is refused. */
const ENDS: ReadonlySet<string | undefined> = new Set(["DROP", REFUSE_CHAIN, ...directions.map(restChain)]);

/** What is wrong in one table, in words. */
function troubles({ mangle }: OurTable): string[] {
  const inside = Map.groupBy(mangle.rules, ({ chain }) => chain);
  const ours = mangle.chains.filter(isOurChain);
  const strange = mangle.rules.filter(({ chain, rule }) => isOurChain(chain) && ruleHash(rule) === undefined);
  const led = new Set((inside.get(FORWARD_CHAIN) ?? []).map(({ rule }) => jumpOf(rule)?.to));
  const unled = directions.map(dispatchChain).filter((chain) => !led.has(chain));
  const open = ours.filter(
    (chain) => isJudging(chain) && !ENDS.has(jumpOf(inside.get(chain)?.at(-1)?.rule ?? "")?.to),
  );
  return [
    ...strange.map(
      ({ chain, rule }) => `a rule that is not Selvedge's stands in its chain: -A ${chain} ${rule}`,
    ),
    ...(ours.length === 0 ? [] : unled.map((chain) => `${FORWARD_CHAIN} does not lead to ${chain}`)),
    ...open.map((chain) => `${chain} does not end in DROP`),
  ];
}

/** Whether our chains are such as we write them, as far as that can be told without the cluster. */
export function chains(facts: NodeFacts): Finding[] {
  const tables = ourTables(facts);
  const nftTables = ourNftTables(facts);
  const found = [
    ...tables.flatMap((table) => troubles(table).map((trouble) => `${table.place}: ${trouble}`)),
    ...nftTables.flatMap((table) => nftChainTroubles(table).map((trouble) => `${table.place}: ${trouble}`)),
  ];
  const findings = found.map((message): Finding => ({ check, status: "fail", message, mend: MEND }));
  if (findings.length > 0) return findings;
  const number =
    tables.reduce((sum, { mangle }) => sum + mangle.chains.filter(isOurChain).length, 0) +
    nftTables.reduce((sum, { table }) => sum + (table?.chains.length ?? 0), 0);
  return [ok(check, number === 0 ? "none" : `${number}, whole`)];
}
