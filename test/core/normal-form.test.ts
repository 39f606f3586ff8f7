/* What is dead in a policy leaves no trace in its normal form. */
import { expect, test } from "vitest";
import type { NetworkPolicyPeer, NetworkPolicySpec } from "../../src/core/network-policy.ts";
import { everyPodId, normalize } from "../../src/core/normalize.ts";
import { everything, selector } from "../../src/core/selector.ts";
import { policy } from "../support/scenario.ts";

const normal = (spec: NetworkPolicySpec) => normalize(policy(spec));
const from = (...peers: NetworkPolicyPeer[]) => normal({ podSelector: {}, ingress: [{ from: peers }] });

test("a direction that is not isolated has no rules", () => {
  const plain = { podSelector: {}, policyTypes: ["Egress"] as const };
  expect(normal({ ...plain, ingress: [{ from: [{ podSelector: {} }] }] })).toEqual(normal(plain));
  const other = { podSelector: {}, policyTypes: ["Ingress"] as const };
  expect(normal({ ...other, egress: [{ to: [{ podSelector: {} }] }] })).toEqual(normal(other));
  expect(normal(plain).policy.rules).toEqual({ ingress: [], egress: [] });
  expect(normal(other).policy.rules).toEqual({ ingress: [], egress: [] });
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

test("a block that cannot be read, or of which a hole cannot, matches nothing", () => {
  const none = from({});
  for (const cidr of ["10.0.0.0", "10.0.0.0/33", "fd00::/129", "10.0.0.0/08", "/8", "x/8", "10.0.0/8", ""])
    expect(from({ ipBlock: { cidr } }), cidr).toEqual(none);
  expect(from({ ipBlock: { cidr: "10.0.0.0/8", except: ["10.0.0.0/16", "x"] } })).toEqual(none);
});

test("blocks that hold every address of both families are everybody; of one family, they are not", () => {
  const kind = (...cidrs: string[]) =>
    from(...cidrs.map((cidr) => ({ ipBlock: { cidr } }))).policy.rules.ingress[0]?.peers.kind;
  expect(kind("0.0.0.0/0", "::/1", "8000::/1")).toBe("any");
  expect(kind("0.0.0.0/0")).toBe("some");
  expect(kind("::/0")).toBe("some");
});

test("port names are told once, by protocol and then by name", () => {
  const ports = [
    { port: "b" },
    { port: "a" },
    { protocol: "UDP" as const, port: "a" },
    { protocol: "SCTP" as const, port: "c" },
    { protocol: "TCP" as const, port: "b" },
    { port: 80 },
  ];
  const expected = [
    { protocol: "SCTP", name: "c" },
    { protocol: "TCP", name: "a" },
    { protocol: "TCP", name: "b" },
    { protocol: "UDP", name: "a" },
  ];
  for (const given of [ports, ports.toReversed()]) {
    const { policy } = normal({ podSelector: {}, ingress: [{ ports: given }] });
    expect(policy.rules.ingress[0]?.ports.named).toEqual(expected);
  }
});

test("an invalid policy isolates every pod of its namespace in both directions, and allows nothing", () => {
  expect(normalize(policy("invalid"))).toEqual({
    policy: {
      namespace: "shop",
      name: "policy",
      subject: { kind: "all", requirements: [] },
      isolates: { ingress: true, egress: true },
      rules: { ingress: [], egress: [] },
    },
    groups: new Map(),
  });
});

test("lists of no values, which the API server refuses: In matches nothing, NotIn everything", () => {
  const of = (operator: "In" | "NotIn", values?: string[]) =>
    selector({ matchExpressions: [{ key: "app", operator, values }] });
  expect([of("In", []), of("In")]).toEqual([{ kind: "nothing" }, { kind: "nothing" }]);
  expect([of("NotIn", []), of("NotIn")]).toEqual([everything, everything]);
});
