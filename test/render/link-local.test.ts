import { describe, expect, test } from "vitest";
import { parseCidr } from "../../src/core/cidr.ts";
import type { GateScope } from "../../src/core/start-gate.ts";
import { plainHost } from "../../src/render/host.ts";
import { linkLocalRules } from "../../src/render/link-local.ts";
import { backends } from "../support/backends.ts";
import { bitsOf } from "../support/bits.ts";
import { must } from "../support/must.ts";
import type { Packet } from "../support/netfilter/packet.ts";
import { cluster } from "../support/scenario.ts";
import { rulesetOf } from "../support/transition.ts";

const host = { ...plainHost, bridges: ["cni0"] };
const blocks = (...texts: string[]): GateScope => ({
  podCidrs: texts.map((text) => must(parseCidr(text))),
  own: ["fd00::1", "fd00::3"].map((text) => must(parseCidr(`${text}/128`))).map(toAddress),
});
const toAddress = ({ family, first }: { family: "IPv4" | "IPv6"; first: bigint }) => ({
  family,
  value: first,
});

const scopes: readonly (readonly [string, GateScope | undefined])[] = [
  ["no start gate", undefined],
  ["a start gate of IPv4 alone", blocks("10.0.0.0/24")],
  ["a start gate of both", blocks("10.0.0.0/24", "fd00::/64")],
];

describe.each(
  backends.flatMap((backend) => scopes.map(([name, scope]) => [backend.name, name, backend, scope] as const)),
)("%s, with %s", (_, __, { layout, judgeWith }, scope) => {
  const judge = judgeWith(rulesetOf(cluster([]), "n1", scope, host, layout));
  const isForwarded = (source: string, destination: string, traits: Partial<Packet> = {}): boolean =>
    judge("FORWARD", {
      source: bitsOf(source),
      destination: bitsOf(destination),
      protocol: "udp",
      port: 53,
      state: "NEW",
      hasLocalSource: false,
      bridge: "cni0",
      ...traits,
    }) === "passed";

  test("no pod reaches another by a link-local address, either way round", () => {
    expect(isForwarded("fd00::1", "fd00::3")).toBe(true);
    expect(isForwarded("fe80::1", "fe80::3")).toBe(false);
    expect(isForwarded("fe80::1", "fd00::3")).toBe(false);
    expect(isForwarded("fd00::1", "fe80::3")).toBe(false);
    expect(isForwarded("fe80::1", "2001:db8::3")).toBe(false);
  });

  test("neighbours are found, and groups joined, even so", () => {
    expect(isForwarded("fe80::1", "fe80::3", { protocol: "ipv6-icmp", icmpType: 135 })).toBe(true);
    expect(isForwarded("fe80::1", "ff02::16", { protocol: "ipv6-icmp", icmpType: 143 })).toBe(true);
  });

  test("other bridges of the node are left alone", () => {
    expect(isForwarded("fe80::1", "fe80::3", { bridge: "virbr0" })).toBe(true);
  });
});

test("IPv4 has no such rules, and who has no bridge has none", () => {
  expect(linkLocalRules("IPv4", host)).toEqual([]);
  expect(linkLocalRules("IPv6", plainHost)).toEqual([]);
});
