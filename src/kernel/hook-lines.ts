import type { Hook } from "../render/ruleset.ts";
import { ruleIdentity } from "./rule-identity.ts";
import type { StandingHook, StandingTable } from "./state.ts";

const isAsMeant = ({ position, identity }: StandingHook, meant: string): boolean =>
  position === 1 && identity === ruleIdentity(meant);

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
