import type { NodeFacts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";

interface Enforcer {
  readonly name: string;
  /** Its chains, in any table of iptables. */
  readonly chain?: RegExp;
  /** Its tables of nftables. */
  readonly nftTable?: RegExp;
  readonly mend: string;
}

/** Those who enforce NetworkPolicies too, by the names that they give. */
const ENFORCERS: readonly Enforcer[] = [
  {
    name: "kube-router's network policy controller (k3s has it built in)",
    chain: /^KUBE-(?:ROUTER-(?:INPUT|FORWARD|OUTPUT)$|NWPLCY-|POD-FW-)/,
    mend: "Start k3s with --disable-network-policy, kube-router with --run-firewall=false, and reboot the node to be rid of its chains.",
  },
  {
    name: "Calico",
    chain: /^cali-/,
    nftTable: / calico$/,
    mend: "Calico enforces by itself: remove its policy part (as in Canal), or do without Selvedge here.",
  },
  {
    name: "Cilium",
    chain: /^(?:OLD_)?CILIUM_/,
    mend: "Cilium enforces by itself: set its enable-policy to never, or do without Selvedge here.",
  },
  {
    name: "Weave's network policy controller",
    chain: /^WEAVE-NPC(?:-|$)/,
    mend: "Set EXPECT_NPC=0 for weave, remove its weave-npc container, and reboot the node to be rid of its chains.",
  },
  {
    name: "Azure's network policy manager",
    chain: /^AZURE-NPM(?:-|$)/,
    mend: "Create the cluster without `--network-policy azure`, or do without Selvedge here.",
  },
  {
    name: "Antrea",
    chain: /^ANTREA-/,
    mend: "Antrea enforces by itself: turn its AntreaPolicy and NetworkPolicy off, or do without Selvedge here.",
  },
  {
    name: "kube-network-policies (flannel's chart installs it with netpol.enabled; kind has it built in)",
    nftTable: / (?:kube|kindnet)-network-policies$/,
    mend: "Install flannel's chart with netpol.enabled=false, or remove the kube-network-policies DaemonSet.",
  },
];

/** Two who enforce let pass only what both allow, at twice the cost; and it is never clear who dropped a packet. */
export function secondEnforcer({ rules, nftTables }: NodeFacts): Finding[] {
  const check = "second enforcer";
  const chains = rules.flatMap(({ reading }) =>
    reading.kind === "read" ? reading.tables.flatMap((table) => table.chains) : [],
  );
  const tables = nftTables.kind === "known" ? nftTables.value : [];
  const findings = ENFORCERS.flatMap(({ name, chain, nftTable, mend }): Finding[] => {
    const witness = chains.find((each) => chain?.test(each)) ?? tables.find((each) => nftTable?.test(each));
    return witness === undefined
      ? []
      : [{ check, status: "fail", message: `${name} enforces here too: ${witness}`, mend }];
  });
  const unseen = nftTables.kind === "known" ? "" : ` (tables of nftables not looked at: ${nftTables.why})`;
  return findings.length > 0 ? findings : [ok(check, `none${unseen}`)];
}
