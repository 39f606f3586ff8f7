import {
  type LabelSelector,
  type LabelSelectorRequirement,
  type Labels,
  matches,
  selector,
} from "../../core/selector.ts";
import type { Path } from "../lint/lint-input.ts";

/** A condition of a selector that does not hold. */
export interface TermMiss {
  /** From the selector. */
  readonly path: Path;
  /** `shop/db has app=db` */
  readonly message: string;
}

function message({ key, operator }: LabelSelectorRequirement, labels: Labels, who: string): string {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  if (value === undefined) return `${who} has no label ${key}`;
  const has = `${who} has ${key}=${value === "" ? '""' : value}`;
  return operator === "NotIn" || operator === "DoesNotExist" ? `${has}, which is ruled out` : has;
}

/** The conditions that these labels do not meet, in the order in which they were written. `who` has the labels. */
export function selectorMisses(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  labels: Labels,
  who: string,
): TermMiss[] {
  const terms: { readonly path: Path; readonly term: LabelSelectorRequirement }[] = [
    ...Object.entries(matchLabels).map(([key, value]) => ({
      path: ["matchLabels", key],
      term: { key, operator: "In" as const, values: [value] },
    })),
    ...matchExpressions.map((term, i) => ({ path: ["matchExpressions", i], term })),
  ];
  return terms
    .filter(({ term }) => !matches(selector({ matchExpressions: [term] }), labels))
    .map(({ path, term }) => ({ path, message: message(term, labels, who) }));
}
