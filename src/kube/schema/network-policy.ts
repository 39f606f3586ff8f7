import * as z from "zod/mini";
import { labelSelectorSchema } from "./label-selector.ts";
import { int32, list, maybe, text } from "./wire.ts";

/** The shape of `networking.k8s.io/v1` NetworkPolicy, part by part, so that one bad part can be told from the rest. */
const ipBlockSchema = z.object({ cidr: maybe(text), except: maybe(list(text)) });

const networkPolicyPeerSchema = z.object({
  podSelector: maybe(labelSelectorSchema),
  namespaceSelector: maybe(labelSelectorSchema),
  ipBlock: maybe(ipBlockSchema),
});

const networkPolicyPortSchema = z.object({
  protocol: maybe(text),
  port: maybe(z.union([int32, text])),
  endPort: maybe(int32),
});

export const ingressRuleSchema = z.object({
  from: maybe(list(networkPolicyPeerSchema)),
  ports: maybe(list(networkPolicyPortSchema)),
});

export const egressRuleSchema = z.object({
  to: maybe(list(networkPolicyPeerSchema)),
  ports: maybe(list(networkPolicyPortSchema)),
});

export const policyTypesSchema = maybe(list(text));

export const networkPolicySpecSchema = z.object({
  podSelector: maybe(labelSelectorSchema),
  policyTypes: policyTypesSchema,
  ingress: maybe(list(ingressRuleSchema)),
  egress: maybe(list(egressRuleSchema)),
});

export type IPBlockWire = z.output<typeof ipBlockSchema>;
export type NetworkPolicyPeerWire = z.output<typeof networkPolicyPeerSchema>;
export type NetworkPolicyPortWire = z.output<typeof networkPolicyPortSchema>;
export type IngressRuleWire = z.output<typeof ingressRuleSchema>;
export type EgressRuleWire = z.output<typeof egressRuleSchema>;
