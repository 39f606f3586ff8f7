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
    setsAfter: keptLines(plan.setsAfter),
    destroy: plan.destroy.filter(isKept),
  };
}
