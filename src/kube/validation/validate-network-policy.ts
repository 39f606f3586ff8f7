import * as z from "zod/mini";
import { decode } from "../schema/decode.ts";
import { networkPolicySpecSchema } from "../schema/network-policy.ts";
import { objectMetaSchema } from "../schema/object-meta.ts";
import { maybe } from "../schema/wire.ts";
import type { CidrRules } from "./cidr.ts";
import type { FieldProblem, FieldWarning } from "./field-problem.ts";
import { labelSelector } from "./label-selector.ts";
import { networkPolicyRule, networkPolicyRuleWarnings, policyTypes } from "./network-policy.ts";
import { objectMeta } from "./object-meta.ts";
import { unknownFields } from "./unknown-fields.ts";

const networkPolicySchema = z.object({
  metadata: maybe(objectMetaSchema),
  spec: maybe(networkPolicySpecSchema),
});

/** An API server's verdict on an object: accepted where there are no problems. */
export interface Verdict {
  readonly problems: readonly FieldProblem[];
  readonly warnings: readonly FieldWarning[];
}

/**
 * Judges a NetworkPolicy as the API server of Kubernetes 1.36 does when it is created, problems in its order. Where its
 * decoder would already stop (a text in place of a list), the problems are of reason FieldValueTypeInvalid, and all of
 * them are told instead of the first.
 */
export function validateNetworkPolicy(raw: unknown, cidrs: CidrRules = "strict"): Verdict {
  const wire = decode(networkPolicySchema, raw, []);
  const warnings = unknownFields(raw);
  if (!wire.ok) return { problems: wire.problems, warnings };
  const spec = wire.value.spec ?? {};
  const rules = [
    ...(spec.ingress ?? []).map((rule, i) => ({ path: ["spec", "ingress", i], rule: rule ?? {} })),
    ...(spec.egress ?? []).map((rule, i) => ({ path: ["spec", "egress", i], rule: rule ?? {} })),
  ];
  const problems = [
    ...objectMeta(["metadata"], wire.value.metadata ?? {}),
    ...labelSelector(["spec", "podSelector"], spec.podSelector ?? {}),
    ...rules.flatMap(({ path, rule }) => networkPolicyRule(path, rule, cidrs)),
    ...policyTypes(["spec", "policyTypes"], spec.policyTypes ?? []),
  ];
  const advice = rules.flatMap(({ path, rule }) => networkPolicyRuleWarnings(path, rule));
  // The API server warns of nothing but unknown fields in what it refuses.
  return { problems, warnings: problems.length === 0 ? [...warnings, ...advice] : warnings };
}
