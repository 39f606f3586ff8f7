import type { EgressRuleWire, IngressRuleWire } from "../schema/network-policy.ts";
import type { CidrRules } from "./cidr.ts";
import type { FieldPath } from "./field-path.ts";
import { type FieldProblem, type FieldWarning, invalid, notSupported } from "./field-problem.ts";
import { networkPolicyPeer, networkPolicyPeerWarnings } from "./network-policy-peer.ts";
import { networkPolicyPort } from "./network-policy-port.ts";

type RuleWire = IngressRuleWire & EgressRuleWire;

/** The API server looks at ports first, then at peers (networking/validation ValidateNetworkPolicySpec). */
export const networkPolicyRule = (path: FieldPath, rule: RuleWire, cidrs: CidrRules): FieldProblem[] => [
  ...(rule.ports ?? []).flatMap((port, i) => networkPolicyPort([...path, "ports", i], port ?? {})),
  ...(rule.from ?? []).flatMap((peer, i) => networkPolicyPeer([...path, "from", i], peer ?? {}, cidrs)),
  ...(rule.to ?? []).flatMap((peer, i) => networkPolicyPeer([...path, "to", i], peer ?? {}, cidrs)),
];

export const networkPolicyRuleWarnings = (path: FieldPath, rule: RuleWire): FieldWarning[] => [
  ...(rule.from ?? []).flatMap((peer, i) => networkPolicyPeerWarnings([...path, "from", i], peer ?? {})),
  ...(rule.to ?? []).flatMap((peer, i) => networkPolicyPeerWarnings([...path, "to", i], peer ?? {})),
];

const POLICY_TYPES: readonly string[] = ["Ingress", "Egress"];

export function policyTypes(path: FieldPath, types: readonly (string | null)[]): FieldProblem[] {
  const texts = types.map((type) => type ?? "");
  if (texts.length > POLICY_TYPES.length) {
    return [invalid(path, texts, "may not specify more than two policyTypes")];
  }
  return texts.flatMap((type, i) =>
    POLICY_TYPES.includes(type) ? [] : [notSupported([...path, i], type, POLICY_TYPES)],
  );
}
