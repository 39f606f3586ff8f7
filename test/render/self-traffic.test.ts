import { expect, test } from "vitest";
import { type Host, plainHost } from "../../src/render/host.ts";
import { IptablesRenderer } from "../../src/render/incremental/iptables-renderer.ts";
import { renderIptables } from "../../src/render/iptables.ts";
import { compile } from "../../src/core/compile.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { nodeProgram } from "../../src/core/node-program.ts";
import { cluster, pod, policy } from "../support/scenario.ts";

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
  expect(rulesOf(plainHost).filter((rule) => rule.includes("to itself"))).toHaveLength(1);
});

test("what is kept up follows the node itself as what is made from scratch does", () => {
  const renderer = new IptablesRenderer();
  const bridged: Host = { ...listed, bridges: ["cni0"] };
  for (const host of [plainHost, listed, bridged, bridged, plainHost]) {
    const { IPv4, IPv6 } = renderer.render(program, host);
    const scratch = renderIptables(program, host);
    expect(new Map(IPv4.chains)).toEqual(scratch.IPv4.chains);
    expect(new Map(IPv6.chains)).toEqual(scratch.IPv6.chains);
  }
});
