import { type LabelSelectorRequirement, type Requirement, selector } from "../../../core/selector.ts";

/** Conditions that all must hold, one a key: a box in the space of all labels that there could be. Never empty. */
export type Box = readonly Requirement[];

/** The requirement in the API's words. */
function stated(requirement: Requirement): LabelSelectorRequirement[] {
  const { key } = requirement;
  switch (requirement.kind) {
    case "in":
      return [{ key, operator: "In", values: requirement.values }];
    case "notIn":
      return [{ key, operator: "NotIn", values: requirement.values }];
    case "exists":
      return [
        { key, operator: "Exists" },
        { key, operator: "NotIn", values: requirement.values },
      ];
    case "absent":
      return [{ key, operator: "DoesNotExist" }];
  }
}

/** The ways in which the requirement does not hold; no two at once. */
function negated(requirement: Requirement): LabelSelectorRequirement[] {
  const { key } = requirement;
  switch (requirement.kind) {
    case "in":
      return [{ key, operator: "NotIn", values: requirement.values }];
    case "notIn":
      return [{ key, operator: "In", values: requirement.values }];
    case "exists":
      return [
        { key, operator: "DoesNotExist" },
        ...(requirement.values.length === 0
          ? []
          : [{ key, operator: "In" as const, values: requirement.values }]),
      ];
    case "absent":
      return [{ key, operator: "Exists" }];
  }
}

/** The part of the box in which more holds; `undefined` where nothing is left. */
function narrowed(box: Box, more: readonly LabelSelectorRequirement[]): Box | undefined {
  const both = selector({ matchExpressions: [...box.flatMap(stated), ...more] });
  return both.kind === "all" ? both.requirements : undefined;
}

export const intersection = (a: Box, b: Box): Box | undefined => narrowed(a, b.flatMap(stated));

/** Disjoint boxes, together all of `box` that is not in `hole`; the two must meet. */
export function subtract(box: Box, hole: Box): Box[] {
  const parts: Box[] = [];
  let rest = box;
  for (const requirement of hole) {
    for (const outside of negated(requirement)) {
      const part = narrowed(rest, [outside]);
      if (part !== undefined) parts.push(part);
    }
    rest = narrowed(rest, stated(requirement)) ?? rest;
  }
  return parts;
}
