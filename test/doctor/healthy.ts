import { families } from "../../src/core/address.ts";
import type { NodeFacts } from "../../src/doctor/facts.ts";
import { type VariantRules, variants } from "../../src/kernel/read-everywhere.ts";
import { parseIpsetSave } from "../../src/kernel/read-ipset.ts";
import { parseSavedTables } from "../../src/kernel/saved-rules.ts";
import type { Variant } from "../../src/kernel/variant.ts";
import type { Family } from "../../src/core/address.ts";
import { everyKind } from "../kernel/enforced.ts";
import { kernelWith } from "../support/packet-interpreter.ts";

const kernel = kernelWith(everyKind);

/** What `iptables-save` prints where Selvedge has written, with these lines edited. */
export const ourText = (family: Family, edit: (text: string) => string = (text) => text): string =>
  edit(kernel.saveTable(family));

const KUBE_PROXY =
  "*filter\n:KUBE-FORWARD - [0:0]\n-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP\nCOMMIT\n";

/** All rules of a node; what is not given is what a healthy node has: ours and kube-proxy's in iptables-nft. */
export function rulesOf(texts: Partial<Record<`${Variant} ${Family}`, string>> = {}): VariantRules[] {
  return variants.flatMap((variant) =>
    families.map((family): VariantRules => {
      const usual = variant === "nft" ? ourText(family) + KUBE_PROXY : "";
      const tables = parseSavedTables(texts[`${variant} ${family}`] ?? usual);
      return { variant, family, reading: { kind: "read", tables } };
    }),
  );
}

/** A node on which all is well; a test breaks one fact. */
export const healthy: NodeFacts = {
  isNetAdmin: true,
  tools: new Map(
    ["iptables-nft", "ip6tables-nft", "iptables-legacy", "ip6tables-legacy", "ipset", "conntrack"].map(
      (name) => [name, { kind: "found", version: `${name} v1.2.3` }],
    ),
  ),
  backend: "nft",
  trials: {
    kind: "known",
    value: ["-m set", "-m bpf"].map((feature) => ({
      feature,
      module: feature.replace("-m ", "xt_"),
      refused: undefined,
    })),
  },
  bridges: { kind: "known", value: [{ name: "cni0", isFiltered: { IPv4: false, IPv6: false } }] },
  switches: new Map([
    ["net.bridge.bridge-nf-call-iptables", "1"],
    ["net.bridge.bridge-nf-call-ip6tables", "1"],
    ["net.ipv4.ip_forward", "1"],
    ["net.ipv6.conf.all.forwarding", "1"],
    ["net.ipv6.conf.all.disable_ipv6", "0"],
    ["net.netfilter.nf_conntrack_count", "100"],
    ["net.netfilter.nf_conntrack_max", "1000"],
    ["net.netfilter.nf_conntrack_tcp_loose", "1"],
  ]),
  rules: rulesOf(),
  nftables: families.map((family) => ({ family, reading: { kind: "absent" } })),
  sets: { kind: "known", value: parseIpsetSave(kernel.saveSets()) },
  nftTables: { kind: "known", value: ["ip filter", "ip mangle"] },
  enforcer: { kind: "answered", status: 200, body: "ok\nstart gate on: 10.0.0.0/24" },
};

/** The same with these switches; `undefined` takes one away. */
export const switched = (changes: Readonly<Record<string, string | undefined>>): NodeFacts => ({
  ...healthy,
  switches: new Map(
    Object.entries({ ...Object.fromEntries(healthy.switches), ...changes }).flatMap(
      ([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]),
    ),
  ),
});
