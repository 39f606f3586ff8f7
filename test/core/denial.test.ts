import { expect, test } from "vitest";
import { compile } from "../../src/core/compile.ts";
import { type Denial, denialText } from "../../src/core/denial.ts";
import { type End, podEnd } from "../../src/core/end.ts";
import { judge } from "../../src/core/evaluate.ts";
import { nearestRule } from "../../src/core/nearest-rule.ts";
import type { NetworkPolicy } from "../../src/core/network-policy.ts";
import { noTraffic, portRange, trafficOf } from "../../src/core/traffic.ts";
import { addressOfBits, bitsOf } from "../support/bits.ts";
import { must } from "../support/must.ts";
import { cluster, pods, policy } from "../support/scenario.ts";

test("a denial names all who isolate, as a sentence does", () => {
  const saying = (policies: string[], nearest?: string): string => {
    const denial: Denial = {
      time: "2026-01-01T00:00:00Z",
      cause: "ingress",
      from: "a/p",
      to: "10.0.0.9",
      source: "10.0.0.1",
      destination: "10.0.0.9",
      traffic: "TCP/80",
      policies,
      ...(nearest === undefined ? {} : { nearest }),
    };
    return denialText(denial).replace("a/p (10.0.0.1) -> 10.0.0.9 TCP/80 denied: ingress is ", "");
  };
  expect(saying([])).toBe("isolated, and no rule allows it");
  expect(saying(["a/x"])).toBe("isolated by a/x, and no rule allows it");
  expect(saying(["a/x", "a/y"])).toBe("isolated by a/x and a/y, and no rule allows it");
  expect(saying(["a/x", "a/y", "a/z"], "why not")).toBe("isolated by a/x, a/y and a/z; why not");
});

const web = { podSelector: { matchLabels: { app: "web" } } };
const client = { matchLabels: { app: "client" } };
const endOf = (wanted: string): End =>
  podEnd(must(pods.find(({ namespace, name }) => `${namespace}/${name}` === wanted)));

function nearest(policies: NetworkPolicy[], destination: End, port = 80) {
  const program = compile(cluster(policies));
  const { egress } = judge(program, endOf("shop/client"), destination, "IPv4");
  return nearestRule(program, egress, { destination, flow: { protocol: "TCP", port } });
}
const leaving = (name: string, egress: object[], podSelector: object = client): NetworkPolicy =>
  policy({ podSelector, policyTypes: ["Egress"], egress }, name);
const stranger: End = { kind: "address", address: addressOfBits(bitsOf("203.0.113.9")) };

test("the nearest rule is one that names the peer, else one that has the port, of the policies that isolate", () => {
  const onPort = { to: [{ podSelector: { matchLabels: { app: "other" } } }], ports: [{ port: 80 }] };
  const toWeb = { to: [web], ports: [{ port: 443 }] };
  const rule = (name: string, index: number) => ({ policy: `shop/${name}`, direction: "egress", index });
  expect(
    nearest([leaving("one", [onPort]), leaving("two", [{ ports: [] }, toWeb])], endOf("shop/web")),
  ).toEqual(expect.objectContaining({ lacks: "port", rule: rule("two", 0) }));
  expect(nearest([leaving("one", [onPort, toWeb])], endOf("shop/web"))).toEqual({
    lacks: "port",
    rule: rule("one", 1),
    allows: trafficOf("TCP", [portRange(443, 443)]),
  });
  expect(nearest([leaving("one", []), leaving("two", [onPort])], endOf("shop/web"))).toEqual({
    lacks: "peer",
    rule: rule("two", 0),
  });
  const ofOthers = leaving("one", [onPort], { matchLabels: { app: "db" } });
  expect(nearest([ofOthers, leaving("two", [])], endOf("shop/web"))).toBeUndefined();
});

test("a rule that names the peer is nearest though the port that it names is not there", () => {
  const byName = { to: [web], ports: [{ port: "no-such-port" }] };
  const onPort = { to: [{ podSelector: { matchLabels: { app: "other" } } }], ports: [{ port: 80 }] };
  expect(nearest([leaving("one", [onPort, byName])], endOf("shop/web"))).toEqual({
    lacks: "port",
    rule: { policy: "shop/one", direction: "egress", index: 1 },
    allows: noTraffic,
  });
});

test("a port's name means nothing at an address that is no pod's", () => {
  const byName = { to: [{ ipBlock: { cidr: "10.9.0.0/16" } }], ports: [{ port: "http" }] };
  expect(nearest([leaving("one", [byName])], stranger, 8080)).toBeUndefined();
  expect(nearest([leaving("one", [byName])], endOf("shop/web"), 8080)).toEqual({
    lacks: "peer",
    rule: { policy: "shop/one", direction: "egress", index: 0 },
  });
});
