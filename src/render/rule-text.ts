import { digest } from "../core/digest.ts";

/** The kernel takes 255 bytes and a terminator. */
const MAX_COMMENT = 255;
const HASH_DIGITS = 10;

/** What a comment may hold without quoting trouble; policies' and pods' names are all of it. */
const plain = (text: string): string => text.replaceAll(/[^\w .,:/[\]()=-]/g, "?");

/** Where a rule's target begins. */
const TARGET = /(?:^|(?<= ))-[jg] /;

/**
 * One rule as `iptables-restore` reads it, with a comment for people and, last in it, a digest of the whole rule. The
 * comment is the last of the matches: the kernel asks them in order, a comment too, and most rules that a packet meets
 * are not for it.
 */
export function ruleText(rule: string, comment: string): string {
  const room = MAX_COMMENT - HASH_DIGITS - " #".length;
  const words = plain(comment);
  const shown = words.length > room ? `${words.slice(0, room - 3)}...` : words;
  const hash = digest(`${rule}\n${comment}`).slice(0, HASH_DIGITS);
  const at = rule.search(TARGET);
  return `${rule.slice(0, at)}-m comment --comment "${shown} #${hash}" ${rule.slice(at)}`;
}

/** The digest in a rule of ours, from our own text or from `iptables-save`'s; none: not a rule that we wrote. */
export function ruleHash(line: string): string | undefined {
  return /--comment (?:"[^"]* )?#([a-z2-7]{10})"?(?: |$)/.exec(line)?.[1];
}
