import { ruleHash } from "../render/rule-text.ts";
import type { Hook } from "../render/ruleset.ts";
import type { StandingHook, StandingTable } from "./state.ts";

/** A rule's words, whatever order a version of iptables prints its matches in. */
const words = (rule: string): string => rule.split(" ").toSorted().join(" ");

const isAsMeant = ({ position, hash, rule }: StandingHook, meant: string): boolean =>
  position === 1 && hash === ruleHash(meant) && words(rule) === words(meant);

/**
 * The lines that make a hook stand first in its chain, once, and as it was written; none where it does. What goes are rules
 * with a digest of ours alone: one that somebody altered by hand is known by it, and so is a second one. A rule without a
 * digest is somebody else's, even if it leads to our chain.
 */
export function hookLines({ chain, rule }: Hook, standing: StandingTable["hooks"]): string[] {
  const [first, ...rest] = standing[chain];
  if (first !== undefined && isAsMeant(first, rule) && rest.length === 0) return [];
  return [...standing[chain].map((hook) => `-D ${chain} ${hook.rule}`), `-I ${chain} 1 ${rule}`];
}
