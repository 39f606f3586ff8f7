import type { LabelSelector } from "./selector.ts";
import type { Protocol } from "./traffic.ts";

/**
 * `networking.k8s.io/v1` NetworkPolicy as the compiler takes it: defaults not yet applied, every part valid. The fields
 * mean what the API's `types.go` says of them; where it is silent, docs/semantics.md has the rule.
 * What was found invalid arrives as `"invalid"`, so that it can deny (design: an ignored rule denies, an ignored
 * policy allows).
 */
export interface NetworkPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly spec: NetworkPolicySpec | "invalid";
}

/** Which pods are isolated in which directions, and what they are allowed nevertheless. */
export interface NetworkPolicySpec {
  /** An invalid selector could mean any pod, so it is taken to mean every pod of the namespace, and allows nothing. */
  readonly podSelector: LabelSelector;
  /** Absent or empty: Ingress, and Egress where there is at least one egress rule. */
  readonly policyTypes?: readonly ("Ingress" | "Egress")[] | undefined;
  /** Any one of them allows a connection; absent or empty: none does. */
  readonly ingress?: readonly (IngressRule | "invalid")[] | undefined;
  /** As `ingress`. */
  readonly egress?: readonly (EgressRule | "invalid")[] | undefined;
}

/** Allows any of `from` on any of `ports`; where either is absent or empty, it is no restriction. */
export interface IngressRule {
  readonly from?: readonly NetworkPolicyPeer[] | undefined;
  readonly ports?: readonly NetworkPolicyPort[] | undefined;
}

/** As `IngressRule`, towards `to`. */
export interface EgressRule {
  readonly to?: readonly NetworkPolicyPeer[] | undefined;
  readonly ports?: readonly NetworkPolicyPort[] | undefined;
}

/**
 * Pods by labels, or addresses. Both selectors in one peer: both must match; `podSelector` alone speaks of the policy's
 * own namespace, `namespaceSelector` alone of all its namespaces' pods. A peer with none of its fields matches nothing.
 */
export interface NetworkPolicyPeer {
  readonly podSelector?: LabelSelector | undefined;
  readonly namespaceSelector?: LabelSelector | undefined;
  readonly ipBlock?: IPBlock | undefined;
}

/** Addresses, pods' included; `except` subtracts from this block only. */
export interface IPBlock {
  /** `address/length`, of either family; a block that cannot be read matches nothing. */
  readonly cidr: string;
  readonly except?: readonly string[] | undefined;
}

/** Destination ports of one protocol; without `port`, all of them. */
export interface NetworkPolicyPort {
  /** TCP where absent. */
  readonly protocol?: Protocol | undefined;
  /** 1 to 65535; or a name, which the destination pod's ports of this protocol give numbers to, each pod its own. */
  readonly port?: number | string | undefined;
  /** With a numeric `port`, the last of a range that begins there. */
  readonly endPort?: number | undefined;
}
