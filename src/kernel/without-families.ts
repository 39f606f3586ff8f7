import type { Family } from "../core/address.ts";
import { setFamily } from "../render/names.ts";
import type { Plan } from "./plan.ts";
import { setOf } from "./writer.ts";

/** What of a plan is about other families than these. */
export function withoutFamilies(plan: Plan, left: ReadonlySet<Family>): Plan {
  if (left.size === 0) return plan;
  const isKept = (set: string): boolean => !left.has(setFamily(set));
  const keptLines = (lines: readonly string[]): string[] => lines.filter((line) => isKept(setOf(line)));
  return {
    setsBefore: keptLines(plan.setsBefore),
    tables: new Map([...plan.tables].filter(([family]) => !left.has(family))),
    answers: new Map([...plan.answers].filter(([family]) => !left.has(family))),
    setsAfter: keptLines(plan.setsAfter),
    destroy: plan.destroy.filter(isKept),
  };
}

/** A plan that leaves these families' answers as they are. */
export const withoutAnswers = (plan: Plan, left: ReadonlySet<Family>): Plan =>
  left.size === 0
    ? plan
    : { ...plan, answers: new Map([...plan.answers].filter(([family]) => !left.has(family))) };
