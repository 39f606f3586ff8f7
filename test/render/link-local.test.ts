import { expect, test } from "vitest";
import { parseCidr } from "../../src/core/cidr.ts";
import { bitsOf } from "../support/bits.ts";
import type { Packet } from "../support/netfilter/packet.ts";
import { passes } from "../support/netfilter/traverse.ts";
import { kernelWith } from "../support/packet-interpreter.ts";
import { cluster } from "../support/scenario.ts";
import { rulesetOf } from "../support/transition.ts";
import { must } from "../support/must.ts";

const gated = kernelWith(rulesetOf(cluster([]), "n1", { podCidrs: [must(parseCidr("fd00::/64"))], own: [] }));

const isForwarded = (source: string, destination: string, traits: Partial<Packet> = {}): boolean =>
  passes(gated.tables.IPv6, "FORWARD", {
    source: bitsOf(source),
    destination: bitsOf(destination),
    protocol: "udp",
    port: 53,
    state: "NEW",
    hasLocalSource: false,
    ...traits,
  });

test("behind the start gate no pod reaches another by a link-local address, either way round", () => {
  expect(isForwarded("fd00::1", "fd00::3")).toBe(true);
  expect(isForwarded("fe80::1", "fe80::3")).toBe(false);
  expect(isForwarded("fe80::1", "fd00::3")).toBe(false);
  expect(isForwarded("fd00::1", "fe80::3")).toBe(false);
});

test("neighbours are found, and groups joined, even so", () => {
  expect(isForwarded("fe80::1", "fe80::3", { protocol: "ipv6-icmp", icmpType: 135 })).toBe(true);
  expect(isForwarded("fe80::1", "ff02::16", { protocol: "ipv6-icmp", icmpType: 143 })).toBe(true);
});
