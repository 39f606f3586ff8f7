import * as z from "zod/mini";
import { type Requirement, type Selector, selector } from "../../core/selector.ts";
import { noted } from "./crd-notes.ts";

/** `metav1.LabelSelector`, of which only expressions are written: a canonical selector has one form. */
export const wireSelector = z.object({
  matchExpressions: noted(
    z.array(
      z.object({
        key: z.string(),
        operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist"]),
        values: z.optional(noted(z.array(z.string()), { "x-kubernetes-list-type": "atomic" })),
      }),
    ),
    { description: "All must match; an empty list matches everything.", "x-kubernetes-list-type": "atomic" },
  ),
});

export type WireSelector = z.output<typeof wireSelector>;

/** A label selector cannot say "nothing" but by a contradiction; this is ours. */
const NOTHING_KEY = "selvedge.dev/nothing";

type Expression = WireSelector["matchExpressions"][number];

function expressions(requirement: Requirement): Expression[] {
  const { key } = requirement;
  switch (requirement.kind) {
    case "in":
      return [{ key, operator: "In", values: [...requirement.values] }];
    case "notIn":
      return [{ key, operator: "NotIn", values: [...requirement.values] }];
    case "exists": {
      const exists: Expression = { key, operator: "Exists" };
      const values = [...requirement.values];
      return values.length === 0 ? [exists] : [exists, { key, operator: "NotIn", values }];
    }
    case "absent":
      return [{ key, operator: "DoesNotExist" }];
  }
}

export function toWireSelector(canonical: Selector): WireSelector {
  if (canonical.kind === "all") return { matchExpressions: canonical.requirements.flatMap(expressions) };
  return {
    matchExpressions: [
      { key: NOTHING_KEY, operator: "Exists" },
      { key: NOTHING_KEY, operator: "DoesNotExist" },
    ],
  };
}

export const fromWireSelector = (wire: WireSelector): Selector => selector(wire);
