import { isOurChain } from "../../render/names.ts";
import { ruleHash } from "../../render/rule-text.ts";
import type { PrintedNftTable } from "../nftables/printed-table.ts";

/** One of our rules as it stands, with what it has counted since it was written. */
export interface CountedRule {
  readonly chain: string;
  /** 0 is the first rule of its chain. */
  readonly place: number;
  /** The comment without the digest at its end. */
  readonly comment: string;
  /** The digest in its comment; none: not a rule that we wrote. */
  readonly hash: string | undefined;
  /** The rule in the words of `iptables-save`, or of `nft -s`, which prints no numbers. */
  readonly rule: string;
  readonly packets: number;
  readonly bytes: number;
}

/** The words of a rule's comment, from our own text, `iptables-save`'s or nft's, without the digest. */
export const commentWords = (rule: string): string =>
  /(?:^| )(?:--)?comment "([^"]*?)(?: #[a-z2-7]{10})?"/.exec(rule)?.[1] ?? "";

/** The counts as they are printed; a rule that has none has counted nothing. */
const countedRule = (
  chain: string,
  place: number,
  rule: string,
  packets = "0",
  bytes = "0",
): CountedRule => ({
  chain,
  place,
  comment: commentWords(rule),
  hash: ruleHash(rule),
  rule,
  packets: Number(packets),
  bytes: Number(bytes),
});

/** Reads the output of `iptables-save -c -t mangle`: the rules of our chains. Both variants print alike. */
export function parseCountedRules(text: string): CountedRule[] {
  const rules: CountedRule[] = [];
  const places = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [, packets, bytes, chain = "", rule = ""] = /^\[(\d+):(\d+)\] -A (\S+) ?(.*)$/.exec(line) ?? [];
    if (!isOurChain(chain)) continue;
    const place = places.get(chain) ?? 0;
    places.set(chain, place + 1);
    rules.push(countedRule(chain, place, rule, packets, bytes));
  }
  return rules;
}

const COUNTER = / counter packets (\d+) bytes (\d+)(?= |$)/;

/** The rules of our table of nftables; those without a counter have counted nothing. */
export const countedNftRules = ({ chains }: PrintedNftTable): CountedRule[] =>
  chains.flatMap(({ name, rules }) =>
    rules.map((printed, place) => {
      const [, packets, bytes] = COUNTER.exec(` ${printed}`) ?? [];
      const rule = ` ${printed}`.replace(COUNTER, " counter").trimStart();
      return countedRule(name, place, rule, packets, bytes);
    }),
  );
