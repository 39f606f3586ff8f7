import type { ObjectKey } from "../../core/cluster.ts";
import type { Direction, RuleId } from "../../core/policy.ts";
import type { CountedRule } from "./counted-rule.ts";

/** What one of our rules is there for, read from its comment. */
export type RuleMeaning =
  /** Lets pass what this rule of a policy allows. */
  | { readonly kind: "rule"; readonly rule: RuleId }
  /** Drops what no rule allows. `isWhole` is false where the comment had no room for all policies. */
  | {
      readonly kind: "denied";
      readonly direction: Direction;
      readonly policies: readonly ObjectKey[];
      readonly isWhole: boolean;
    }
  /** Drops for a reason of our own: an address that no chain knows, a flow that was cut. */
  | { readonly kind: "dropped"; readonly reason: string }
  /** Leads on, or looks. */
  | { readonly kind: "none" };

/** How `ruleText` ends a comment that had to be cut. */
export const CUT = "...";

const directionOf = (text: string | undefined): Direction => (text === "ingress" ? "ingress" : "egress");

/** Understands a rule of ours without knowing the program that it was made from. */
export function ruleMeaning({ comment, rule }: Pick<CountedRule, "comment" | "rule">): RuleMeaning {
  if (rule.endsWith("-j DROP")) {
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
  if (policy === undefined || !rule.endsWith("-j RETURN")) return { kind: "none" };
  return { kind: "rule", rule: { policy, direction: directionOf(way), index: Number(index) } };
}
