/* What a judgement says beside its verdict: who isolates, and what each rule gives. */
import { expect, test } from "vitest";
import { families } from "../../src/core/address.ts";
import { compile } from "../../src/core/compile.ts";
import { type End, podEnd } from "../../src/core/end.ts";
import { type Judgement, isolatingPolicies, judge, verdictFor } from "../../src/core/evaluate.ts";
import type { NetworkPolicy } from "../../src/core/network-policy.ts";
import { allTraffic, noTraffic, portRange, trafficOf } from "../../src/core/traffic.ts";
import { must } from "../support/must.ts";
import { cluster, pod, pods, policy } from "../support/scenario.ts";

const podOf = (wanted: string) => must(pods.find(({ namespace, name }) => `${namespace}/${name}` === wanted));
const endOf = (key: string): End => podEnd(podOf(key));
const web = { matchLabels: { app: "web" } };

const judged = (policies: NetworkPolicy[], from: string, to: string): Judgement =>
  judge(compile(cluster(policies)), endOf(from), endOf(to), "IPv4");

const front = policy(
  {
    podSelector: web,
    ingress: [
      { from: [{ podSelector: { matchLabels: { app: "db" } } }], ports: [{ port: 1 }] },
      { from: [{ podSelector: { matchLabels: { app: "client" } } }], ports: [{ port: "http" }] },
    ],
  },
  "front",
);

test("a side names every policy that isolates its end, and every rule of theirs with what it gives", () => {
  const closed = policy({ podSelector: {} }, "closed");
  const { ingress, egress, exempt } = judged([front, closed], "shop/client", "shop/web");
  const opened = trafficOf("TCP", [portRange(8080, 8080)]);
  expect(ingress).toEqual({
    direction: "ingress",
    isolatedBy: ["shop/closed", "shop/front"],
    rules: [
      {
        rule: { policy: "shop/front", direction: "ingress", index: 0 },
        names: "no",
        certain: noTraffic,
        possible: noTraffic,
      },
      {
        rule: { policy: "shop/front", direction: "ingress", index: 1 },
        names: "yes",
        certain: opened,
        possible: opened,
      },
    ],
    certain: opened,
    possible: opened,
  });
  expect(egress).toEqual({
    direction: "egress",
    isolatedBy: [],
    rules: [],
    certain: allTraffic,
    possible: allTraffic,
  });
  expect(exempt).toBe("no");
});

test("the sides of a pod and itself tell what they would have said", () => {
  const { ingress, exempt, certain } = judged([front], "shop/web", "shop/web");
  expect([exempt, certain, ingress.certain]).toEqual(["yes", allTraffic, noTraffic]);
});

test("nothing passes over a family that one of the two does not speak, exempt or not", () => {
  const four = pod("bank/four", { ips: ["10.0.0.9"] });
  const program = compile(cluster([], { pods: [...pods, four] }));
  const both = endOf("shop/web");
  const ways = [
    [podEnd(four), both],
    [both, podEnd(four)],
    [podEnd(four), podEnd(four)],
  ] as const;
  const passing = ways.map(([from, to]) =>
    families.map((family) => {
      const { certain, possible } = judge(program, from, to, family);
      expect(certain).toEqual(possible);
      return certain;
    }),
  );
  expect(passing).toEqual(ways.map(() => [allTraffic, noTraffic]));
});

test("only pods are isolated, in the directions that the policy says", () => {
  const program = compile(cluster([front]));
  const isolating = (end: End) => isolatingPolicies(program, end, "ingress").map(({ name }) => name);
  expect(isolating(endOf("shop/web"))).toEqual(["front"]);
  expect(isolating(endOf("shop/db"))).toEqual([]);
  expect(isolating(podEnd({ ...podOf("shop/web"), hostNetwork: true }))).toEqual([]);
  expect(isolatingPolicies(program, endOf("shop/web"), "egress")).toEqual([]);
});

test("the end that a hostNetwork pod is has its node's name and the pod's addresses", () => {
  const host = pod("shop/host", { ips: ["192.0.2.1"], hostNetwork: true });
  expect(podEnd(host)).toEqual({ kind: "node", name: "n1", addresses: host.addresses });
});

test("a verdict depends where the flow is possible and not certain", () => {
  const bounds = {
    certain: trafficOf("TCP", [portRange(1, 1)]),
    possible: trafficOf("TCP", [portRange(1, 2)]),
  };
  const verdicts = [1, 2, 3].map((port) => verdictFor(bounds, { protocol: "TCP", port }));
  expect(verdicts).toEqual(["allowed", "depends", "denied"]);
});

test("a group that the program does not have has no members", () => {
  const whole = compile(cluster([front]));
  const halved = { ...whole, groups: new Map() };
  const question = [endOf("shop/client"), endOf("shop/web"), "IPv4"] as const;
  expect(judge(whole, ...question).certain).not.toEqual(noTraffic);
  expect(judge(halved, ...question).possible).toEqual(noTraffic);
});
