import type { LabelSelector, LabelSelectorRequirement, Labels } from "../../../src/core/selector.ts";

/** The Kubernetes documentation, "Labels and Selectors": operators In, NotIn, Exists and DoesNotExist. */
function holds({ key, operator, values = [] }: LabelSelectorRequirement, labels: Labels): boolean {
  const label = Object.entries(labels).find(([name]) => name === key);
  switch (operator) {
    case "In":
      return label !== undefined && values.includes(label[1]);
    case "NotIn":
      return label === undefined || !values.includes(label[1]);
    case "Exists":
      return label !== undefined;
    case "DoesNotExist":
      return label === undefined;
  }
}

/** "All of the requirements, from both matchLabels and matchExpressions, must be satisfied." */
export function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  const equalities = Object.entries(matchLabels).map(([key, value]): LabelSelectorRequirement => ({
    key,
    operator: "In",
    values: [value],
  }));
  return [...equalities, ...matchExpressions].every((requirement) => holds(requirement, labels));
}
