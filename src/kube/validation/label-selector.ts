import type { LabelSelectorRequirementWire, LabelSelectorWire } from "../schema/label-selector.ts";
import type { FieldPath } from "./field-path.ts";
import { type FieldProblem, forbidden, invalid, invalidWord, required } from "./field-problem.ts";
import { labelKey, labels } from "./labels.ts";
import { labelValueProblems } from "./names.ts";

/** meta/v1/validation ValidateLabelSelector. */
export const labelSelector = (path: FieldPath, selector: LabelSelectorWire): FieldProblem[] => [
  ...labels([...path, "matchLabels"], selector.matchLabels ?? {}),
  ...(selector.matchExpressions ?? []).flatMap((expression, i) =>
    requirement([...path, "matchExpressions", i], expression ?? {}),
  ),
];

function requirement(path: FieldPath, expression: LabelSelectorRequirementWire): FieldProblem[] {
  const values = expression.values ?? [];
  return [
    ...operator(path, expression.operator ?? "", values.length),
    ...labelKey([...path, "key"], expression.key ?? ""),
    ...values.flatMap((value, i) =>
      labelValueProblems(value ?? "").map((says) => invalid([...path, "values", i], value ?? "", says)),
    ),
  ];
}

function operator(path: FieldPath, name: string, values: number): FieldProblem[] {
  switch (name) {
    case "In":
    case "NotIn":
      return values > 0
        ? []
        : [required([...path, "values"], "must be specified when `operator` is 'In' or 'NotIn'")];
    case "Exists":
    case "DoesNotExist":
      return values === 0
        ? []
        : [
            forbidden(
              [...path, "values"],
              "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            ),
          ];
    default:
      return [invalidWord([...path, "operator"], name, "not a valid selector operator")];
  }
}
