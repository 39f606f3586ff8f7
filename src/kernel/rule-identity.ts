import { ruleHash } from "../render/rule-text.ts";

/** An option with what belongs to it: `! -s 10.0.0.0/8`, `--match-set SV4-G-a src`, `--comment "a -j b"`. */
const OPTION = /(?:! )?-{1,2}[A-Za-z](?:"(?:[^"\\]|\\.)*"|[^" ]| (?!(?:! )?-{1,2}[A-Za-z]))*/g;

/** As iptables-save words an option of ours: without quotes that are not needed, and units cut short. */
const asSaved = (option: string): string =>
  option.replace(/"([^"\s\\']*)"/, "$1").replace(/^(--limit \d+)\/second$/, "$1/sec");

/** nft's rules carry their comment as a statement, and are printed in the order in which they were written. */
const IS_OF_NFTABLES = /(?:^| )comment "/;

/**
 * What a rule is known by again: all of its options, in whatever order a tool prints them, our digest among them;
 * `undefined` for a rule that we did not write. How a tool words options otherwise than this, `Wordings` learns.
 */
export function ruleIdentity(rule: string): string | undefined {
  if (ruleHash(rule) === undefined) return undefined;
  if (IS_OF_NFTABLES.test(rule)) return rule;
  return (rule.match(OPTION) ?? []).map(asSaved).toSorted().join(" ");
}
