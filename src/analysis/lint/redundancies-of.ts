import { keyOf } from "../../core/cluster.ts";
import { type Redundancy, redundancies } from "./coverage/redundancies.ts";
import type { LintContext } from "./lint-context.ts";
import type { LintPolicy } from "./lint-input.ts";
import { memo } from "./memo.ts";

export const redundanciesOf = memo((context: LintContext): readonly Redundancy[] => {
  const byRules = new Set(
    context.policies.flatMap(({ policy }) =>
      policy.spec === "invalid" || (policy.spec.policyTypes ?? []).length > 0 ? [] : [keyOf(policy)],
    ),
  );
  return redundancies({
    program: context.program,
    namespaces: context.namespaces,
    isolatesByRules: (policy, direction) => direction === "egress" && byRules.has(keyOf(policy)),
  });
});

/** The policy of that key, which the program has from the same list. */
export function policyAt({ policies }: LintContext, key: string): LintPolicy {
  const found = policies.find(({ policy }) => keyOf(policy) === key);
  if (found === undefined) throw new Error(`the program has a policy ${key} that the input lacks`);
  return found;
}
