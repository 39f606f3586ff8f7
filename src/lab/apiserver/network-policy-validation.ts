import { fieldText } from "../../kube/validation/field-path.ts";
import { validateNetworkPolicy } from "../../kube/validation/validate-network-policy.ts";
import type { Validate } from "./environment.ts";

/** A NetworkPolicy's spec, judged by the same rules that judge a manifest; its metadata is judged like any object's. */
export const networkPolicyProblems: Validate = (resource, object) => {
  if (resource.kind !== "NetworkPolicy") return [];
  return validateNetworkPolicy(object)
    .problems.filter(({ path: [root] }) => root === "spec")
    .map(({ path, reason, message }) => ({ field: fieldText(path), reason, message }));
};
