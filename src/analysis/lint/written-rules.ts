import type { NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec } from "../../core/network-policy.ts";
import type { Direction } from "../../core/policy.ts";
import type { LintPolicy, Path } from "./lint-input.ts";

/** A rule as it was written, before the normal form, and where its parts stand. */
export interface WrittenRule {
  readonly policy: LintPolicy;
  readonly direction: Direction;
  readonly index: number;
  readonly path: Path;
  /** Empty where the rule does not restrict them. */
  readonly peers: readonly { readonly peer: NetworkPolicyPeer; readonly path: Path }[];
  readonly ports: readonly { readonly port: NetworkPolicyPort; readonly path: Path }[];
}

/** Which directions a policy isolates, by the API's own default where `policyTypes` does not say. */
export function isolatedDirections({
  policyTypes = [],
  egress = [],
}: NetworkPolicySpec): readonly Direction[] {
  const isIngress = policyTypes.length === 0 || policyTypes.includes("Ingress");
  const isEgress = policyTypes.length === 0 ? egress.length > 0 : policyTypes.includes("Egress");
  return [...(isIngress ? (["ingress"] as const) : []), ...(isEgress ? (["egress"] as const) : [])];
}

/** The rules of a policy's isolated directions; an invalid one says nothing. */
export function writtenRules(policy: LintPolicy): WrittenRule[] {
  const { spec } = policy.policy;
  if (spec === "invalid") return [];
  return isolatedDirections(spec).flatMap((direction) => {
    const ingress = (spec.ingress ?? []).map((rule) =>
      rule === "invalid" ? rule : { peers: rule.from ?? [], ports: rule.ports ?? [] },
    );
    const egress = (spec.egress ?? []).map((rule) =>
      rule === "invalid" ? rule : { peers: rule.to ?? [], ports: rule.ports ?? [] },
    );
    return (direction === "ingress" ? ingress : egress).flatMap((rule, index): WrittenRule[] => {
      if (rule === "invalid") return [];
      const path = ["spec", direction, index];
      const side = direction === "ingress" ? "from" : "to";
      return [
        {
          policy,
          direction,
          index,
          path,
          peers: rule.peers.map((peer, i) => ({ peer, path: [...path, side, i] })),
          ports: rule.ports.map((port, i) => ({ port, path: [...path, "ports", i] })),
        },
      ];
    });
  });
}
