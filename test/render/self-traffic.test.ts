import { expect, test } from "vitest";
import { type Host, plainHost } from "../../src/render/host.ts";
import { NodeRenderer } from "../../src/render/incremental/node-renderer.ts";
import { iptablesLayout, renderIptables } from "../../src/render/iptables.ts";
import { compile } from "../../src/core/compile.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { nodeProgram } from "../../src/core/node-program.ts";
import { parseCidr } from "../../src/core/cidr.ts";
import { bitsOf } from "../support/bits.ts";
import { must } from "../support/must.ts";
import type { Packet } from "../support/netfilter/packet.ts";
import { passes } from "../support/netfilter/traverse.ts";
import { kernelWith } from "../support/packet-interpreter.ts";
import { cluster, pod, policy } from "../support/scenario.ts";
import { rulesetOf } from "../support/transition.ts";

const listed: Host = { ...plainHost, selfTraffic: "listed" };

const pods = Array.from({ length: 40 }, (_, i) => pod(`shop/p${i}`, { ips: [`10.0.0.${i}`] }));
const closed = cluster([policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] })], { pods });
const program = nodeProgram(compile(closed), "n1", livePods(pods));

const rulesOf = (host: Host): string[] => [...renderIptables(program, host).IPv4.chains.values()].flat();

test("where the kernel has no xt_bpf every isolated pod has a rule for itself on either side, and no rule asks for bpf", () => {
  const own = rulesOf(listed).filter((rule) => rule.includes("to itself"));
  expect(own).toHaveLength(2 * pods.length);
  expect(own.every((rule) => /^-s (\S+) -d \1 .* -j RETURN$/.test(rule))).toBe(true);
  expect(rulesOf(listed).some((rule) => rule.includes("bpf"))).toBe(false);
});

test("with xt_bpf a rule a chain lets pods reach themselves, asked of few but them", () => {
  const { chains } = renderIptables(program, plainHost).IPv4;
  const own = [...chains].flatMap(([chain, rules]) =>
    rules
      .filter((rule) => rule.includes("to itself"))
      .map((rule) => `${chain}: ${rule.slice(0, rule.indexOf("-m bpf"))}`),
  );
  expect(own).toEqual([
    "SV-MID-STREAM: ",
    ...["I", "E"].flatMap((side) =>
      ["10.0.0.0/28", "10.0.0.16/28", "10.0.0.32/28"].map(
        (block) => `SV-${side}-${block}: ${side === "I" ? "-s" : "-d"} ${block} `,
      ),
    ),
  ]);
});

test.each([
  ["by policies", undefined],
  ["by the start gate", { podCidrs: [must(parseCidr("10.0.0.0/24"))], own: [] }],
])("what a pod sends to itself passes %s, and nothing else does", (_, scope) => {
  const kernel = kernelWith(rulesetOf(closed, "n1", scope));
  const packet = (source: string, destination: string, flags: NonNullable<Packet["flags"]>): Packet => ({
    source: bitsOf(source),
    destination: bitsOf(destination),
    protocol: "tcp",
    port: 80,
    flags,
    state: "NEW",
    hasLocalSource: false,
  });
  const isForwarded = (...ends: Parameters<typeof packet>): boolean =>
    passes(kernel.tables.IPv4, "FORWARD", packet(...ends));
  for (const flags of [["SYN"], ["ACK"]] as const) {
    expect(isForwarded("10.0.0.5", "10.0.0.5", flags)).toBe(true);
    expect(isForwarded("10.0.0.39", "10.0.0.39", flags)).toBe(true);
    // Nobody is known to have it.
    expect(isForwarded("10.0.0.99", "10.0.0.99", flags)).toBe(true);
    expect(isForwarded("10.0.0.5", "10.0.0.6", flags)).toBe(false);
    expect(isForwarded("10.0.0.5", "10.0.0.39", flags)).toBe(false);
  }
});

test("what is kept up follows the node itself as what is made from scratch does", () => {
  const renderer = new NodeRenderer(iptablesLayout);
  const bridged: Host = { ...listed, bridges: ["cni0"] };
  for (const host of [plainHost, listed, bridged, bridged, plainHost]) {
    const { IPv4, IPv6 } = renderer.render(program, host);
    const scratch = renderIptables(program, host);
    expect(new Map(IPv4.chains)).toEqual(scratch.IPv4.chains);
    expect(new Map(IPv6.chains)).toEqual(scratch.IPv6.chains);
  }
});
