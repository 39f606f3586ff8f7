import * as z from "zod/mini";
import { conditions } from "./condition.ts";
import { noted } from "./crd-notes.ts";

const count = (description: string): z.ZodMiniNumber => noted(z.int().check(z.minimum(0)), { description });

/** What became of a CompiledPolicy; the controller writes it. */
export const compiledPolicyStatus = z.object({
  observedGeneration: z.optional(count("The generation of this object that the rest speaks of.")),
  specVersion: z.optional(
    noted(z.string(), {
      description:
        "The resourceVersion that this object had when its spec was last written: a node enforces the spec once it has applied this version.",
    }),
  ),
  nodes: z.optional(
    noted(
      z.object({
        done: count("Nodes of those that enforce the policy as it is."),
        concerned: count("Nodes that run a pod which the policy selects."),
      }),
      { description: "On how many nodes the policy is enforced." },
    ),
  ),
  conditions: z.optional(
    conditions(
      "Compiled: False where something in the NetworkPolicy is wrong, with its field path; the policy isolates all the same. " +
        "Enforced: True once every node that is concerned enforces it.",
    ),
  ),
});

export type CompiledPolicyStatus = z.output<typeof compiledPolicyStatus>;
