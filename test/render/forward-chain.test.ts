/* What every packet meets before policies do, whatever they say. */
import { describe, expect, test } from "vitest";
import { backends } from "../support/backends.ts";
import { bitsOf } from "../support/bits.ts";
import type { Packet } from "../support/netfilter/packet.ts";
import { restore } from "../support/netfilter/table.ts";
import { passes } from "../support/netfilter/traverse.ts";
import { kernelWith } from "../support/packet-interpreter.ts";
import { cluster, policy } from "../support/scenario.ts";
import { rulesetOf } from "../support/transition.ts";

const CLOSED = cluster([policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] })]);
const OPEN = cluster([policy({ podSelector: { matchLabels: { app: "web" } }, ingress: [{}] })]);

/** From a pod of another namespace to an isolated pod of this node, unless told otherwise. */
function packet(traits: Partial<Packet> = {}, family: "IPv4" | "IPv6" = "IPv4"): Packet {
  const [source, destination] = family === "IPv4" ? ["10.0.0.4", "10.0.0.1"] : ["fd00::4", "fd00::1"];
  return {
    source: bitsOf(source),
    destination: bitsOf(destination),
    protocol: "tcp",
    port: 80,
    flags: ["SYN"],
    state: "NEW",
    hasLocalSource: false,
    ...traits,
  };
}

describe.each(backends)("before any policy ($name)", ({ layout, judgeWith }) => {
  const closed = judgeWith(rulesetOf(CLOSED, "n1", undefined, undefined, layout));
  const isForwarded = (each: Packet): boolean => closed("FORWARD", each) === "passed";

  test("new packets are judged", () => {
    expect(isForwarded(packet())).toBe(false);
    expect(isForwarded(packet({}, "IPv6"))).toBe(false);
  });

  test("replies and related packets pass", () => {
    expect(isForwarded(packet({ state: "ESTABLISHED" }))).toBe(true);
    expect(isForwarded(packet({ state: "RELATED", protocol: "icmp", icmpType: 3 }))).toBe(true);
  });

  test("IPv6 neighbour discovery (types 133-137) always passes, and no other ICMPv6", () => {
    const types = Array.from({ length: 256 }, (_, type) => type);
    const passing = types.filter((icmpType) =>
      isForwarded(packet({ protocol: "ipv6-icmp", icmpType }, "IPv6")),
    );
    expect(passing).toEqual([133, 134, 135, 136, 137]);
  });

  test("a pod reaches itself at its own address", () => {
    const own = bitsOf("10.0.0.1");
    expect(isForwarded(packet({ source: own, destination: own }))).toBe(true);
    const own6 = bitsOf("fd00::1");
    expect(isForwarded(packet({ source: own6, destination: own6, protocol: "udp" }))).toBe(true);
  });

  test.each(["10.0.1.1", "10.1.0.1", "11.0.0.1", "10.0.0.3"])("%s is not 10.0.0.1 itself", (source) => {
    expect(isForwarded(packet({ source: bitsOf(source) }))).toBe(false);
  });

  test.each(["fd00::1:1", "fd00::1:0:1", "fd00:0:1::1", "fe00::1"])("%s is not fd00::1 itself", (source) => {
    expect(isForwarded(packet({ source: bitsOf(source) }, "IPv6"))).toBe(false);
  });
});

test("replies pass even where somebody else's rule, which asks for no state, leads to our chain", () => {
  const { tables, sets } = kernelWith(rulesetOf(CLOSED, "n1"));
  const theirs = restore(tables.IPv4, "*mangle\n-I FORWARD 1 -j SELVEDGE-FORWARD\nCOMMIT\n", sets);
  expect(passes(theirs, "FORWARD", packet({ state: "ESTABLISHED" }))).toBe(true);
  expect(passes(theirs, "FORWARD", packet())).toBe(false);
});

describe.each(backends)("by OUTPUT ($name)", ({ layout, judgeWith }) => {
  const closed = judgeWith(rulesetOf(CLOSED, "n1", undefined, undefined, layout));

  test("a pod's packets, sent that way by kube-proxy in IPVS mode, are judged; the node's own are not", () => {
    expect(closed("OUTPUT", packet())).toBe("dropped");
    expect(closed("OUTPUT", packet({ hasLocalSource: true }))).toBe("passed");
  });

  test("replies, IPv6 neighbour discovery and what leads in mid-stream to a cut flow are treated as when forwarded", () => {
    expect(closed("OUTPUT", packet({ state: "ESTABLISHED" }))).toBe("passed");
    expect(closed("OUTPUT", packet({ protocol: "ipv6-icmp", icmpType: 135 }, "IPv6"))).toBe("passed");
    const open = judgeWith(rulesetOf(OPEN, "n1", undefined, undefined, layout));
    const [source, destination] = [bitsOf("10.0.0.1"), bitsOf("203.0.113.9")];
    expect(open("OUTPUT", packet({ source, destination, flags: ["ACK"] }))).toBe("dropped");
  });
});

describe.each(backends)(
  "a TCP packet in mid-stream that nobody remembers ($name)",
  ({ layout, judgeWith }) => {
    const open = judgeWith(rulesetOf(OPEN, "n1", undefined, undefined, layout));
    const judged = (each: Packet): boolean => open("FORWARD", each) === "passed";
    const [web, stranger] = [bitsOf("10.0.0.1"), bitsOf("203.0.113.9")];

    test("from the server of a flow that was cut opens nothing", () => {
      const reply = packet({ source: web, destination: stranger, flags: ["ACK"] });
      expect(judged(reply)).toBe(false);
      expect(judged({ ...reply, flags: ["SYN", "ACK"] })).toBe(false);
      expect(judged({ ...reply, flags: ["SYN"] })).toBe(true);
    });

    test("from the client is judged by its rules", () => {
      expect(judged(packet({ source: stranger, destination: web, flags: ["ACK"] }))).toBe(true);
    });
  },
);
