import type { ObjectKey } from "../../core/cluster.ts";
import type { Direction, RuleId } from "../../core/policy.ts";
import { REFUSE_CHAIN, UNREFUSED_CHAIN } from "../../render/names.ts";
import { denialVerdict } from "../../render/nftables/verdicts.ts";
import { denialTarget } from "../../render/refusal.ts";
import { nftWords } from "../../render/rule-text.ts";
import type { CountedRule } from "./counted-rule.ts";

/** What one of our rules is there for, read from its comment. */
export type RuleMeaning =
  /** Lets pass what this rule of a policy allows. */
  | { readonly kind: "rule"; readonly rule: RuleId }
  /** Drops or refuses what no rule allows. `isWhole` is false where the comment had no room for all policies. */
  | {
      readonly kind: "denied";
      readonly direction: Direction;
      readonly policies: readonly ObjectKey[];
      readonly isWhole: boolean;
    }
  /** Drops for a reason of our own: an address that no chain knows, a flow that was cut. */
  | { readonly kind: "dropped"; readonly reason: string }
  /** Lets pass what a rule of a policy allows, but the comment had no room to say which. */
  | { readonly kind: "cut"; readonly comment: string }
  /** Leads on, looks, or carries out what a rule has denied. */
  | { readonly kind: "none" };

/** How `ruleText` ends a comment that had to be cut. */
export const CUT = "...";

/** How a rule ends that denies; with nftables only those that count. */
const DENYING = [...Object.values(denialTarget), ...Object.values(denialVerdict)];

const ALLOWING = ["-j RETURN", "counter return"];

const directionOf = (text: string | undefined): Direction => (text === "ingress" ? "ingress" : "egress");

/** Understands a rule of ours without knowing the program that it was made from. */
export function ruleMeaning({
  chain,
  comment,
  rule,
}: Pick<CountedRule, "chain" | "comment" | "rule">): RuleMeaning {
  if (chain === REFUSE_CHAIN || chain === UNREFUSED_CHAIN) return { kind: "none" };
  // A rule of iptables has its comment before the target, and ends as it is.
  const words = nftWords(rule);
  if (DENYING.some((end) => words.endsWith(end))) {
    const [, way, list] = /^(ingress|egress) isolated by (.+)$/.exec(comment) ?? [];
    if (list === undefined) return { kind: "dropped", reason: comment || "unknown" };
    const isWhole = !list.endsWith(CUT);
    const policies = list.split(", ");
    return {
      kind: "denied",
      direction: directionOf(way),
      policies: isWhole ? policies : policies.slice(0, -1),
      isWhole,
    };
  }
  const [, policy, way, index] = /^(\S+\/\S+) (ingress|egress)\[(\d+)\]$/.exec(comment) ?? [];
  if (!ALLOWING.some((end) => words.endsWith(end))) return { kind: "none" };
  if (policy === undefined) return comment.endsWith(CUT) ? { kind: "cut", comment } : { kind: "none" };
  return { kind: "rule", rule: { policy, direction: directionOf(way), index: Number(index) } };
}
