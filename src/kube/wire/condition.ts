import * as z from "zod/mini";
import { noted } from "./crd-notes.ts";

/** RFC 3339, as `metav1.Time`. */
export const wireTime = (description?: string): z.ZodMiniString =>
  noted(z.string(), { ...(description !== undefined && { description }), format: "date-time" });

/** `metav1.Condition`. */
const condition = z.object({
  type: z.string(),
  status: z.enum(["True", "False", "Unknown"]),
  observedGeneration: z.optional(z.int().check(z.minimum(0))),
  lastTransitionTime: wireTime(),
  reason: z.string(),
  message: z.string(),
});

export type Condition = z.output<typeof condition>;

/** A list of conditions, one of each type: two writers may each keep theirs. */
export const conditions = (description: string): z.ZodMiniArray<typeof condition> =>
  noted(z.array(condition), {
    description,
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["type"],
  });
