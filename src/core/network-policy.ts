import type { LabelSelector } from "./selector.ts";
import type { Protocol } from "./traffic.ts";

/**
 * `networking.k8s.io/v1` NetworkPolicy as the compiler takes it: defaults not yet applied, every part valid.
 * What was found invalid arrives as `"invalid"`, so that it can deny (design: an ignored rule denies, an ignored
 * policy allows).
 */
export interface NetworkPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly spec: NetworkPolicySpec | "invalid";
}

export interface NetworkPolicySpec {
  /** An invalid selector could mean any pod, so it is taken to mean every pod of the namespace, and allows nothing. */
  readonly podSelector: LabelSelector;
  readonly policyTypes?: readonly ("Ingress" | "Egress")[] | undefined;
  readonly ingress?: readonly (IngressRule | "invalid")[] | undefined;
  readonly egress?: readonly (EgressRule | "invalid")[] | undefined;
}

export interface IngressRule {
  readonly from?: readonly NetworkPolicyPeer[] | undefined;
  readonly ports?: readonly NetworkPolicyPort[] | undefined;
}

export interface EgressRule {
  readonly to?: readonly NetworkPolicyPeer[] | undefined;
  readonly ports?: readonly NetworkPolicyPort[] | undefined;
}

/** A peer with none of its fields matches nothing. */
export interface NetworkPolicyPeer {
  readonly podSelector?: LabelSelector | undefined;
  readonly namespaceSelector?: LabelSelector | undefined;
  readonly ipBlock?: IPBlock | undefined;
}

export interface IPBlock {
  readonly cidr: string;
  readonly except?: readonly string[] | undefined;
}

export interface NetworkPolicyPort {
  /** TCP where absent. */
  readonly protocol?: Protocol | undefined;
  readonly port?: number | string | undefined;
  readonly endPort?: number | undefined;
}
