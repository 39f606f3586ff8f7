/* What becomes of what is denied, where that is refused. */
import { describe, expect, test } from "vitest";
import { parseCidr } from "../../../src/core/cidr.ts";
import { plainHost } from "../../../src/render/host.ts";
import { nftables } from "../../support/backends.ts";
import { bitsOf } from "../../support/bits.ts";
import { must } from "../../support/must.ts";
import type { Packet } from "../../support/netfilter/packet.ts";
import { cluster, policy } from "../../support/scenario.ts";
import { rulesetOf } from "../../support/transition.ts";

const closed = cluster([policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] })]);
const gate = { podCidrs: [must(parseCidr("10.0.0.0/24"))], own: [] };
const judge = nftables.judgeWith(
  rulesetOf(closed, "n1", gate, { ...plainHost, denial: "reject" }, nftables.layout),
);

const packet = (source: string, destination: string, traits: Partial<Packet> = {}): Packet => ({
  source: bitsOf(source),
  destination: bitsOf(destination),
  protocol: "tcp",
  port: 80,
  flags: ["SYN"],
  state: "NEW",
  hasLocalSource: false,
  ...traits,
});

describe("with --deny reject", () => {
  test.each<readonly [string, Packet]>([
    ["TCP", packet("203.0.113.9", "10.0.0.1")],
    ["UDP", packet("203.0.113.9", "10.0.0.1", { protocol: "udp" })],
    ["what has no ports", packet("203.0.113.9", "10.0.0.1", { protocol: "gre" })],
    ["IPv6", packet("fd00::4", "fd00::1")],
    ["what a pod sends", packet("10.0.0.1", "203.0.113.9")],
  ])("%s is refused", (_, each) => {
    expect(judge("FORWARD", each)).toBe("refused");
    expect(judge("OUTPUT", each)).toBe("refused");
  });

  test.each<readonly [string, Packet]>([
    ["what conntrack calls invalid", packet("203.0.113.9", "10.0.0.1", { state: "INVALID" })],
    ["multicast", packet("10.0.0.1", "224.0.0.251", { protocol: "udp" })],
    ["multicast of IPv6", packet("fd00::1", "ff02::fb", { protocol: "udp" })],
    ["what bears an address of the node", packet("203.0.113.9", "10.0.0.1", { hasLocalSource: true })],
    ["a packet of a flow that was cut", packet("10.0.0.1", "203.0.113.9", { flags: ["ACK"] })],
    ["whom nobody knows yet", packet("203.0.113.9", "10.0.0.77")],
  ])("%s is dropped in silence", (_, each) => {
    expect(judge("FORWARD", each)).toBe("dropped");
  });

  test("what nobody isolates passes", () => {
    expect(judge("FORWARD", packet("203.0.113.9", "203.0.113.10"))).toBe("passed");
  });
});
