import { keyOf } from "../../core/cluster.ts";
import { type Redundancy, redundancies } from "./coverage/redundancies.ts";
import type { LintContext } from "./lint-context.ts";
import type { LintPolicy } from "./lint-input.ts";
import { memo } from "./memo.ts";

/** See `redundancies`. */
export const redundanciesOf = memo(({ program, namespaces }: LintContext): readonly Redundancy[] =>
  redundancies(program, namespaces),
);

/** The policy of that key, which the program has from the same list. */
export function policyAt({ policies }: LintContext, key: string): LintPolicy {
  const found = policies.find(({ policy }) => keyOf(policy) === key);
  if (found === undefined) throw new Error(`the program has a policy ${key} that the input lacks`);
  return found;
}
