import type { LintContext } from "./lint-context.ts";
import type { LintPod } from "./lint-input.ts";
import type { WrittenRule } from "./written-rules.ts";

/** The pods whose ports a rule speaks of, as far as it names them: of ingress its subjects, of egress the peers' pods. */
export function destinations(
  context: LintContext,
  { policy, direction, peers }: WrittenRule,
): readonly LintPod[] {
  if (direction === "ingress") return context.subjects(policy);
  return [...new Set(peers.flatMap(({ peer }) => context.members(policy, peer)))];
}

export const podName = ({ pod: { namespace, name } }: LintPod): string => `${namespace}/${name}`;
