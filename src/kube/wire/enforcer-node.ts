import * as z from "zod/mini";
import { wireTime } from "./condition.ts";
import { noted } from "./crd-notes.ts";

const version = (description: string): z.ZodMiniOptional<z.ZodMiniString> =>
  z.optional(noted(z.string(), { description }));

/** How many errors a status tells of; the log has all. */
export const ERRORS_TOLD = 20;

/** What one node's enforcer is told that it cannot see itself; the controller writes it. */
export const enforcerNodeSpec = z.object({
  guest: z.optional(
    noted(z.string(), {
      description:
        "namespace/name of a pod of another node that has an address in this node's spec.podCIDRs: then the start gate is off.",
    }),
  ),
});

/** What one node's enforcer says of itself. */
export const enforcerNodeStatus = z.object({
  version: z.optional(noted(z.string(), { description: "Of Selvedge." })),
  backend: z.optional(
    noted(z.enum(["nft", "legacy", "nftables"]), {
      description: "What it writes: one of the two iptables, or nftables.",
    }),
  ),
  startGate: z.optional(
    noted(z.string(), { description: "Whether pods that are still to come are closed, or why not." }),
  ),
  ready: z.optional(
    noted(z.boolean(), { description: "All that the cluster asks of this node stands in its kernel." }),
  ),
  message: z.optional(noted(z.string(), { description: "Why it is not ready." })),
  applied: z.optional(
    noted(
      z.object({
        compiledPolicies: version("Of the CompiledPolicies."),
        addressGroups: version("Of the AddressGroups."),
      }),
      { description: "The newest resourceVersion of each collection that stands in this node's kernel." },
    ),
  ),
  heartbeat: z.optional(wireTime("When this was last written; older than two minutes: nobody is there.")),
  errors: z.optional(
    noted(z.array(z.object({ object: z.string(), message: z.string() })), {
      description:
        "Objects that cannot be read; their last good version is enforced, or nothing of theirs is allowed.",
      maxItems: ERRORS_TOLD,
      "x-kubernetes-list-type": "atomic",
    }),
  ),
});

export type EnforcerNodeStatus = z.output<typeof enforcerNodeStatus>;
