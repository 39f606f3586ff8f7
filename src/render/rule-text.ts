import { digest } from "../core/digest.ts";

/** xt_comment takes 255 bytes and a terminator. */
const MAX_COMMENT = 255;
/** nft takes 128 bytes (libnftnl's NFTNL_UDATA_COMMENT_MAXLEN). */
const MAX_NFT_COMMENT = 128;
const HASH_DIGITS = 10;

/** What a comment may hold without quoting trouble; policies' and pods' names are all of it. */
const plain = (text: string): string => text.replaceAll(/[^\w .,:/[\]()=-]/g, "?");

/** Where a rule's target begins. */
const TARGET = /(?:^|(?<= ))-[jg] /;

/** A comment for people, as long as there is room for it. */
function shown(comment: string, room: number): string {
  const words = plain(comment);
  return words.length > room ? `${words.slice(0, room - 3)}...` : words;
}

/** A comment for people and, last in it, a digest of the whole rule. */
function commentOf(rule: string, comment: string, most: number): string {
  const hash = digest(`${rule}\n${comment}`).slice(0, HASH_DIGITS);
  return `comment "${shown(comment, most - HASH_DIGITS - " #".length)} #${hash}"`;
}

/**
 * One rule as `iptables-restore` reads it, with its comment. That is the last of the matches: the kernel asks them in order, a
 * comment too, and most rules that a packet meets are not for it.
 */
export function ruleText(rule: string, comment: string): string {
  const at = rule.search(TARGET);
  return `${rule.slice(0, at)}-m comment --${commentOf(rule, comment, MAX_COMMENT)} ${rule.slice(at)}`;
}

/** One rule as nft reads and prints it, with its comment, which the kernel never looks at. */
export const nftRuleText = (rule: string, comment: string): string =>
  `${rule} ${commentOf(rule, comment, MAX_NFT_COMMENT)}`;

/** What an element of a set of nftables says to people. */
export const nftElementComment = (comment: string): string => `comment "${shown(comment, MAX_NFT_COMMENT)}"`;

/** A rule of nftables, or an element, without the comment at its end, in which anything may be said. */
export const nftWords = (rule: string): string => rule.replace(/ comment "[^"]*"$/, "");

/** The digest in a rule of ours, from our own text, `iptables-save`'s or nft's; none: not a rule that we wrote. */
export function ruleHash(line: string): string | undefined {
  return /(?:^| )(?:--)?comment (?:"[^"]* )?#([a-z2-7]{10})"?(?: |$)/.exec(line)?.[1];
}
