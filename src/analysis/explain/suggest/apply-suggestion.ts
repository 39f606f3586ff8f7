import type { NetworkPolicy, NetworkPolicySpec } from "../../../core/network-policy.ts";
import { keyOf } from "../../../core/cluster.ts";
import type { Suggestion } from "./suggestion.ts";

type Change = Exclude<Suggestion, { kind: "add policy" }>;

function changed(spec: NetworkPolicySpec, change: Change): NetworkPolicySpec {
  const { direction } = change;
  const rules = spec[direction] ?? [];
  if (change.kind === "add rule") return { ...spec, [direction]: [...rules, change.rule] };
  return {
    ...spec,
    [direction]: rules.map((rule, i) =>
      i === change.index && rule !== "invalid"
        ? { ...rule, ports: [...(rule.ports ?? []), change.port] }
        : rule,
    ),
  };
}

/** The policies as they would be with the change. */
export function applySuggestion(policies: readonly NetworkPolicy[], change: Suggestion): NetworkPolicy[] {
  if (change.kind === "add policy") return [...policies, change.made];
  return policies.map((policy) =>
    keyOf(policy) === change.policy && policy.spec !== "invalid"
      ? { ...policy, spec: changed(policy.spec, change) }
      : policy,
  );
}
