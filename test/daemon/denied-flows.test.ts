import { describe, expect, test } from "vitest";
import { type Address, parseAddress } from "../../src/core/address.ts";
import type { Pod } from "../../src/core/cluster.ts";
import { compile } from "../../src/core/compile.ts";
import type { NetworkPolicySpec } from "../../src/core/network-policy.ts";
import { deniedFlows, flowsOf } from "../../src/daemon/denied-flows.ts";
import { type TrackedFlow, describeFlow, parseFlow } from "../../src/kernel/conntrack.ts";
import { must } from "../support/must.ts";

const at = (text: string): Address => must(parseAddress(text), `address in ${text}`);

const pod = (name: string, node: string, ...addresses: readonly string[]): Pod => ({
  namespace: "shop",
  name,
  labels: { app: name },
  addresses: addresses.map(at),
  ports: [],
  node,
  hostNetwork: false,
  finished: false,
  createdAt: 0,
});

const api = pod("api", "n1", "10.0.1.1", "fd00:1::1");
const front = pod("front", "n1", "10.0.1.2");
const far = pod("far", "n2", "10.0.2.1", "fd00:2::1");
const farther = pod("farther", "n2", "10.0.2.2");
const pods = [api, front, far, farther];
const nodes = [
  { name: "n1", addresses: [at("192.168.0.1")] },
  { name: "n2", addresses: [at("192.168.0.2")] },
];

/** Seen from n1, whose bridge is 10.0.1.254. */
const denied = (spec: NetworkPolicySpec, ...flows: readonly TrackedFlow[]): string[] => {
  const program = compile({
    namespaces: [{ name: "shop", labels: {} }],
    pods,
    policies: [{ namespace: "shop", name: "np", spec }],
  });
  const own = [at("127.0.0.1"), at("192.168.0.1"), at("10.0.1.254"), at("fd00:1::ff")];
  return deniedFlows(flows, { program, node: "n1", pods, nodes, own }).map(describeFlow);
};

const ends = (from: string, to: string): string => `src=${from} dst=${to}`;

const tcp = (from: string, to: string, port = 80): TrackedFlow =>
  must(
    parseFlow(
      `tcp 6 9 ESTABLISHED ${ends(from, to)} sport=9 dport=${port} ${ends(to, from)} sport=${port} dport=9 use=1`,
    ),
  );

const ping = (from: string, to: string): TrackedFlow =>
  must(
    parseFlow(
      `icmp 1 9 ${ends(from, to)} type=8 code=0 id=1 ${ends(to, from)} type=0 code=0 id=1 mark=0 use=1`,
    ),
  );

const nothingIn: NetworkPolicySpec = { podSelector: {}, policyTypes: ["Ingress"] };
const nothingOut: NetworkPolicySpec = { podSelector: {}, policyTypes: ["Egress"] };
const fromFront80: NetworkPolicySpec = {
  podSelector: { matchLabels: { app: "api" } },
  ingress: [{ from: [{ podSelector: { matchLabels: { app: "front" } } }], ports: [{ port: 80 }] }],
};

describe("flows that may no longer be", () => {
  test("are those that the policies do not let begin", () => {
    expect(
      denied(
        fromFront80,
        tcp("10.0.1.2", "10.0.1.1"),
        tcp("10.0.1.2", "10.0.1.1", 81),
        tcp("10.0.2.1", "10.0.1.1"),
        tcp("1.1.1.1", "10.0.1.1"),
        ping("10.0.1.2", "10.0.1.1"),
        tcp("10.0.1.1", "1.1.1.1"),
      ),
    ).toEqual([
      "10.0.1.2 -> 10.0.1.1 TCP/81",
      "10.0.2.1 -> 10.0.1.1 TCP/80",
      "1.1.1.1 -> 10.0.1.1 TCP/80",
      "10.0.1.2 -> 10.0.1.1",
    ]);
  });

  test("of both families alike", () => {
    expect(denied(nothingIn, tcp("fd00:2::1", "fd00:1::1"))).toEqual(["fd00:2::1 -> fd00:1::1 TCP/80"]);
  });

  test("are this node's pods' only: another node judges its own", () => {
    expect(
      denied(
        nothingIn,
        tcp("10.0.1.1", "10.0.2.1"),
        tcp("10.0.2.2", "10.0.2.1"),
        tcp("1.1.1.1", "10.0.2.1"),
        tcp("1.1.1.1", "192.168.0.1"),
      ),
    ).toEqual([]);
    expect(denied(nothingOut, tcp("10.0.1.1", "10.0.2.1"), tcp("10.0.2.1", "10.0.1.1"))).toEqual([
      "10.0.1.1 -> 10.0.2.1 TCP/80",
    ]);
  });

  test("are judged at both ends where both are here", () => {
    for (const spec of [nothingIn, nothingOut])
      expect(denied(spec, tcp("10.0.1.2", "10.0.1.1"))).toHaveLength(1);
  });

  test("are never a pod's own with itself", () => {
    expect(denied(nothingIn, tcp("10.0.1.1", "10.0.1.1"), tcp("fd00:1::1", "fd00:1::1"))).toEqual([]);
  });

  test("are never those with the pod's own node, whatever the address", () => {
    for (const spec of [nothingIn, nothingOut]) {
      for (const node of ["192.168.0.1", "10.0.1.254", "127.0.0.1"])
        expect(denied(spec, tcp(node, "10.0.1.1"), ping("10.0.1.1", node))).toEqual([]);
      expect(denied(spec, tcp("fd00:1::ff", "fd00:1::1"))).toEqual([]);
    }
  });

  test("may be those with another node", () => {
    expect(denied(nothingIn, tcp("192.168.0.2", "10.0.1.1"))).toEqual(["192.168.0.2 -> 10.0.1.1 TCP/80"]);
  });

  test("are judged by who really answers behind a Service", () => {
    const line = (answerer: string): TrackedFlow =>
      must(
        parseFlow(
          `tcp 6 9 ESTABLISHED ${ends("10.0.1.2", "10.96.0.1")} sport=9 dport=443 ${ends(answerer, "10.0.1.2")} sport=80 dport=9 use=1`,
        ),
      );
    // Allowed to the api on 80, which is 443 of the Service; a pod of its own behind a Service is itself.
    expect(denied(fromFront80, line("10.0.1.1"))).toEqual([]);
    expect(denied(nothingIn, line("10.0.1.1"))).toEqual(["10.0.1.2 -> 10.0.1.1 TCP/80"]);
    expect(denied(nothingIn, line("10.0.1.2"))).toEqual([]);
  });

  test("are those to port 0 where not every port is open, and only there", () => {
    const toZero = [tcp("10.0.1.2", "10.0.1.1", 0), tcp("1.1.1.1", "10.0.1.2", 0)];
    expect(denied(fromFront80, ...toZero)).toEqual(["10.0.1.2 -> 10.0.1.1 TCP/0"]);
    expect(denied({ podSelector: {}, ingress: [{ ports: [{ protocol: "TCP" }] }] }, ...toZero)).toEqual([]);
  });

  test("are none without policies", () => {
    const nobody: NetworkPolicySpec = { podSelector: { matchLabels: { app: "nobody" } } };
    expect(denied(nobody, tcp("1.1.1.1", "10.0.1.1"), tcp("10.0.1.1", "1.1.1.1"))).toEqual([]);
  });
});

test("an address has flows at either end", () => {
  const flows = [tcp("10.0.1.1", "1.1.1.1"), tcp("1.1.1.1", "10.0.1.1"), tcp("10.0.1.2", "1.1.1.1")];
  expect(flowsOf(flows, new Set(["10.0.1.1"]))).toEqual(flows.slice(0, 2));
  expect(flowsOf(flows, new Set())).toEqual([]);
});
