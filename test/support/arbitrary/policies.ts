import * as fc from "fast-check";
import type {
  EgressRule,
  IngressRule,
  NetworkPolicyPeer,
  NetworkPolicySpec,
} from "../../../src/core/network-policy.ts";
import { blockArbitrary } from "./addresses.ts";
import { selectorArbitrary } from "./labels.ts";
import { portsArbitrary } from "./ports.ts";

const peerArbitrary: fc.Arbitrary<NetworkPolicyPeer> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ podSelector: selectorArbitrary }) },
  { weight: 3, arbitrary: fc.record({ namespaceSelector: selectorArbitrary }) },
  {
    weight: 3,
    arbitrary: fc.record({ namespaceSelector: selectorArbitrary, podSelector: selectorArbitrary }),
  },
  { weight: 4, arbitrary: fc.record({ ipBlock: blockArbitrary }) },
  { weight: 1, arbitrary: fc.constant({}) },
);

const peersArbitrary = fc.array(peerArbitrary, { maxLength: 3, size: "max" });

const withInvalid = <T>(rule: fc.Arbitrary<T>): fc.Arbitrary<T | "invalid"> =>
  fc.oneof({ weight: 19, arbitrary: rule }, { weight: 1, arbitrary: fc.constant("invalid" as const) });

/** A rule with both fields, either or none; lists empty or not. */
export const ingressRuleArbitrary: fc.Arbitrary<IngressRule> = fc.record(
  { from: peersArbitrary, ports: portsArbitrary },
  { requiredKeys: [] },
);

export const egressRuleArbitrary: fc.Arbitrary<EgressRule> = fc.record(
  { to: peersArbitrary, ports: portsArbitrary },
  { requiredKeys: [] },
);

export const specArbitrary: fc.Arbitrary<NetworkPolicySpec> = fc.record(
  {
    podSelector: fc.oneof(fc.constant({}), selectorArbitrary),
    policyTypes: fc.subarray(["Ingress", "Egress"] as const),
    ingress: fc.array(withInvalid(ingressRuleArbitrary), { maxLength: 3, size: "max" }),
    egress: fc.array(withInvalid(egressRuleArbitrary), { maxLength: 3, size: "max" }),
  },
  { requiredKeys: ["podSelector"] },
);

export const anySpecArbitrary: fc.Arbitrary<NetworkPolicySpec | "invalid"> = fc.oneof(
  { weight: 24, arbitrary: specArbitrary },
  { weight: 1, arbitrary: fc.constant("invalid" as const) },
);
