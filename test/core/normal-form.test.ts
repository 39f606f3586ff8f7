/* What is dead in a policy leaves no trace in its normal form. */
import { expect, test } from "vitest";
import type { NetworkPolicyPeer, NetworkPolicySpec } from "../../src/core/network-policy.ts";
import { everyPodId, normalize } from "../../src/core/normalize.ts";
import { policy } from "../support/scenario.ts";

const normal = (spec: NetworkPolicySpec) => normalize(policy(spec));
const from = (...peers: NetworkPolicyPeer[]) => normal({ podSelector: {}, ingress: [{ from: peers }] });

test("a direction that is not isolated has no rules", () => {
  const plain = { podSelector: {}, policyTypes: ["Egress"] as const };
  expect(normal({ ...plain, ingress: [{ from: [{ podSelector: {} }] }] })).toEqual(normal(plain));
  const other = { podSelector: {}, policyTypes: ["Ingress"] as const };
  expect(normal({ ...other, egress: [{ to: [{ podSelector: {} }] }] })).toEqual(normal(other));
});

test("a peer that can select nothing is no peer, yet not everybody", () => {
  const nothing = {
    matchLabels: { app: "a" },
    matchExpressions: [{ key: "app", operator: "DoesNotExist" as const }],
  };
  expect(from({ podSelector: nothing })).toEqual(from({}));
  expect(from({ namespaceSelector: nothing })).toEqual(from({}));
  expect(from({ namespaceSelector: nothing, podSelector: {} })).toEqual(from({}));
  expect(from({}).policy.rules.ingress[0]?.peers.kind).toBe("some");
});

test("rules keep the numbers under which people find them, also behind an invalid one", () => {
  const { rules } = normal({ podSelector: {}, ingress: [{}, "invalid", { from: [{}] }] }).policy;
  expect(rules.ingress.map(({ index }) => index)).toEqual([0, 2]);
});

test("every pod is a group only where an egress rule asks by name for ports of nobody in particular", () => {
  const asks = (spec: NetworkPolicySpec): boolean => normal(spec).groups.has(everyPodId);
  const byName = [{ port: "http" }];
  const block = [{ ipBlock: { cidr: "10.0.0.0/8" } }];
  expect(asks({ podSelector: {}, egress: [{ ports: byName }] })).toBe(true);
  expect(asks({ podSelector: {}, egress: [{ ports: byName, to: block }] })).toBe(true);
  expect(asks({ podSelector: {}, egress: [{ ports: byName, to: [{ podSelector: {} }] }] })).toBe(false);
  expect(asks({ podSelector: {}, egress: [{ ports: [{ port: 80 }] }] })).toBe(false);
  expect(asks({ podSelector: {}, ingress: [{ ports: byName }] })).toBe(false);
});
