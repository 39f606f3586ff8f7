import { expect, test } from "vitest";
import { families } from "../../src/core/address.ts";
import { compile } from "../../src/core/compile.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { nodeProgram } from "../../src/core/node-program.ts";
import { type Host, plainHost } from "../../src/render/host.ts";
import { NodeRenderer } from "../../src/render/incremental/node-renderer.ts";
import { iptablesLayout, renderIptables } from "../../src/render/iptables.ts";
import { cluster, pod, policy } from "../support/scenario.ts";

const rejecting: Host = { ...plainHost, denial: "reject" };
const pods = [pod("shop/web", { ips: ["10.0.0.1", "fd00::1"] })];
const closed = cluster([policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] })], { pods });
const program = nodeProgram(compile(closed), "n1", livePods(pods));

const endsOf = (host: Host): string[] =>
  [...renderIptables(program, host).IPv4.chains]
    .filter(([name]) => name.startsWith("SV-C-"))
    .map(([, rules]) => rules.at(-1)?.replace(/^.* (?=-[jg])/, "") ?? "");

test("who is denied by policies is refused, and seen before; by anything else it is dropped", () => {
  expect(endsOf(plainHost)).toEqual(["-j DROP", "-j DROP"]);
  expect(endsOf(rejecting)).toEqual(["-g SV-REFUSE", "-g SV-REFUSE"]);
  const { chains } = renderIptables(program, rejecting).IPv4;
  for (const [name, rules] of chains)
    if (name.startsWith("SV-C-")) expect(rules.at(-2)).toContain("-j NFLOG");
  const led = [...chains].flatMap(([name, rules]) =>
    rules.some((rule) => rule.endsWith("-g SV-REFUSE")) ? [name.slice(0, 5)] : [],
  );
  expect(led).toEqual(["SV-C-", "SV-C-"]);
});

test("no packet is marked", () => {
  for (const family of families) {
    const { chains, filter } = renderIptables(program, rejecting)[family];
    const rules = [...chains.values(), ...(filter?.chains.values() ?? [])].flat();
    expect(rules.filter((rule) => /MARK|-m (?:conn)?mark/.test(rule))).toEqual([]);
  }
});

test("what is kept up follows the wish as what is made from scratch does", () => {
  const renderer = new NodeRenderer(iptablesLayout);
  for (const host of [plainHost, rejecting, rejecting, plainHost]) {
    const kept = renderer.render(program, host);
    const scratch = renderIptables(program, host);
    for (const family of families) {
      expect(new Map(kept[family].chains)).toEqual(scratch[family].chains);
      expect(kept[family].hooks).toEqual(scratch[family].hooks);
      expect(kept[family].filter).toEqual(scratch[family].filter);
    }
  }
});
