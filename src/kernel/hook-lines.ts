import type { Hook, HookedChain } from "../render/ruleset.ts";
import { ruleIdentity } from "./rule-identity.ts";
import type { StandingHook, StandingRules } from "./state.ts";

/** Where of its chain a hook must stand. */
export type HookPlace = "first" | "anywhere";

const isAsMeant = ({ position, identity }: StandingHook, meant: string, place: HookPlace): boolean =>
  (place === "anywhere" || position === 1) && identity === ruleIdentity(meant);

/** The lines that remove all of our hooks in a chain. */
export const unhookLines = (chain: HookedChain, standing: StandingRules["hooks"]): string[] =>
  standing[chain].map((hook) => `-D ${chain} ${hook.rule}`);

/**
 * The lines that make a hook stand in its chain, once, at its place, and as it was written; none where it does. What goes are
 * rules with a digest of ours alone: one that somebody altered by hand is known by it, and so is a second one. A rule without a
 * digest is somebody else's, even if it leads to our chain.
 */
export function hookLines(
  { chain, rule }: Hook,
  standing: StandingRules["hooks"],
  place: HookPlace,
): string[] {
  const [first, ...rest] = standing[chain];
  if (first !== undefined && isAsMeant(first, rule, place) && rest.length === 0) return [];
  return [...unhookLines(chain, standing), `-I ${chain} 1 ${rule}`];
}
