/** Labels of a pod or a namespace: key to value. */
export type Labels = Readonly<Record<string, string>>;

/**
 * `metav1.LabelSelector`, already validated: all of its parts must hold, and `{}` matches everything. (Absent, where a
 * peer may leave it out, is another thing.)
 */
export interface LabelSelector {
  readonly matchLabels?: Labels | undefined;
  readonly matchExpressions?: readonly LabelSelectorRequirement[] | undefined;
}

/** `metav1.LabelSelectorRequirement`. `NotIn` and `DoesNotExist` hold where the key is absent. */
export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  /** Of `In` and `NotIn`: one at least. The others have none. */
  readonly values?: readonly string[] | undefined;
}

/**
 * What one label must be. Whatever expressions speak of a key, together they come down to one of these four;
 * `values` are sorted and unique, and never empty but for `exists`.
 */
export type Requirement =
  | { readonly kind: "in"; readonly key: string; readonly values: readonly string[] }
  /** Absent, or present with any other value. */
  | { readonly kind: "notIn"; readonly key: string; readonly values: readonly string[] }
  /** Present, with any value but these. */
  | { readonly kind: "exists"; readonly key: string; readonly values: readonly string[] }
  | { readonly kind: "absent"; readonly key: string };

/** Canonical: one requirement a key, keys sorted; two selectors that match the same labels are equal values. */
export type Selector =
  | { readonly kind: "nothing" }
  | { readonly kind: "all"; readonly requirements: readonly Requirement[] };

export const everything: Selector = { kind: "all", requirements: [] };

/** Whether the selector matches whatever the labels are. */
export const isEverything = (selector: Selector): boolean =>
  selector.kind === "all" && selector.requirements.length === 0;

const nothing: Selector = { kind: "nothing" };

/** The states that a label may still be in: absent or not, and all values but some, or only some. */
interface Constraint {
  absent: boolean;
  only: Set<string> | undefined;
  readonly not: Set<string>;
}

function narrow(constraint: Constraint, { operator, values = [] }: LabelSelectorRequirement): void {
  switch (operator) {
    case "In": {
      const listed = new Set(values);
      constraint.absent = false;
      constraint.only = constraint.only?.intersection(listed) ?? listed;
      break;
    }
    case "NotIn":
      for (const value of values) constraint.not.add(value);
      break;
    case "Exists":
      constraint.absent = false;
      break;
    case "DoesNotExist":
      constraint.only = new Set();
      break;
  }
}

const sorted = (values: Iterable<string>): string[] => [...values].sort();

/** `undefined` where no state of the label is left; `"any"` where every state is. */
function requirement(key: string, { absent, only, not }: Constraint): Requirement | "any" | undefined {
  const values = only === undefined ? undefined : sorted(only.difference(not));
  if (values === undefined) {
    if (absent) return not.size === 0 ? "any" : { kind: "notIn", key, values: sorted(not) };
    return { kind: "exists", key, values: sorted(not) };
  }
  if (values.length > 0) return { kind: "in", key, values };
  return absent ? { kind: "absent", key } : undefined;
}

/** The canonical form of a label selector; `{}` selects everything (metav1 LabelSelector). */
export function selector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): Selector {
  const constraints = new Map<string, Constraint>();
  const expressions: LabelSelectorRequirement[] = [
    ...Object.entries(matchLabels).map(([key, value]) => ({ key, operator: "In" as const, values: [value] })),
    ...matchExpressions,
  ];
  for (const expression of expressions) {
    const constraint = constraints.get(expression.key) ?? { absent: true, only: undefined, not: new Set() };
    constraints.set(expression.key, constraint);
    narrow(constraint, expression);
  }
  const requirements: Requirement[] = [];
  for (const key of sorted(constraints.keys())) {
    const constraint = constraints.get(key);
    const left = constraint === undefined ? "any" : requirement(key, constraint);
    if (left === undefined) return nothing;
    if (left !== "any") requirements.push(left);
  }
  return { kind: "all", requirements };
}

/** Whether one requirement holds. Labels are own properties only: `constructor` is a label like any other. */
export function meets(labels: Labels, requirement: Requirement): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.kind) {
    case "in":
      return value !== undefined && requirement.values.includes(value);
    case "notIn":
      return value === undefined || !requirement.values.includes(value);
    case "exists":
      return value !== undefined && !requirement.values.includes(value);
    case "absent":
      return value === undefined;
  }
}

export function matches(selector: Selector, labels: Labels): boolean {
  return selector.kind === "all" && selector.requirements.every((requirement) => meets(labels, requirement));
}

function requirementText(requirement: Requirement): string {
  const { kind, key } = requirement;
  switch (kind) {
    case "in":
      return requirement.values.length === 1
        ? `${key}=${requirement.values[0]}`
        : `${key} in (${requirement.values.join(",")})`;
    case "notIn":
      return requirement.values.length === 1
        ? `${key}!=${requirement.values[0]}`
        : `${key} notin (${requirement.values.join(",")})`;
    case "exists":
      return requirement.values.length === 0 ? key : `${key},${key} notin (${requirement.values.join(",")})`;
    case "absent":
      return `!${key}`;
  }
}

/**
 * The selector in kubectl's `-l` notation; equal selectors, and only they, have equal texts. `*` is everything
 * and `<none>` nothing (neither is a label key).
 */
export function selectorText(selector: Selector): string {
  if (selector.kind === "nothing") return "<none>";
  return selector.requirements.map(requirementText).join(",") || "*";
}
