import type { Packet } from "../netfilter/packet.ts";
import type { Target } from "../netfilter/rule.ts";
import { Words } from "../netfilter/words.ts";
import { type Match, type RuleContext, type Sets, readMatch } from "./matches.ts";
import { type Verdict, readMapVerdict, readVerdict } from "./verdict.ts";

/** A rule as a table holds it. */
export interface NftRule {
  readonly text: string;
  /** The sets and maps that it names. */
  readonly sets: ReadonlySet<string>;
  /** The chain that it leads to by itself, not by a map. */
  readonly leadsTo: string | undefined;
  /** The map that says what becomes of a packet, where one does. */
  readonly map: string | undefined;
  /** What it wants with a packet; `undefined` where it is not for it. */
  targetOf(packet: Packet, sets: Sets): Target | undefined;
}

/** `ip daddr vmap`, `ip daddr . meta l4proto . th dport vmap`. */
function isMapLookup(words: Words): boolean {
  let at = 2;
  while (words.peek(at) === ".") at += 3;
  return words.peek(at) === "vmap";
}

/** Reads a rule as `nft` lists it; throws on whatever it does not know, and on what `nft` would refuse. */
export function readRule(text: string, width: number, declared: Sets): NftRule {
  const words = new Words(text);
  const context: RuleContext = { width, declared, protocol: undefined, named: new Set() };
  const matches: Match[] = [];
  let verdict: Verdict | undefined;
  while (words.peek() !== undefined) {
    const read = isMapLookup(words) ? readMapVerdict(words, context) : readVerdict(words, context);
    if (verdict !== undefined && (read !== undefined || words.peek() !== "comment"))
      throw new Error(`nft: statement after a terminal one has no effect: ${text}`);
    if (read === undefined) matches.push(readMatch(words, context));
    verdict ??= read;
  }
  if (verdict === undefined) throw new Error(`nft: a rule that does nothing: ${text}`);
  const { leadsTo, map, matches: own, of } = verdict;
  if (own !== undefined) matches.push(own);
  return {
    text,
    sets: context.named,
    leadsTo,
    map,
    targetOf: (packet, sets) =>
      matches.every((match) => match(packet, sets)) ? of(packet, sets) : undefined,
  };
}
