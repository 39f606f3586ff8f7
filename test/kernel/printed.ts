import { type Exec, execOrThrow } from "../../src/kernel/exec.ts";
import type { EnforcerBackend } from "../../src/lab/backend.ts";

const iptables = (variant: "nft" | "legacy"): readonly string[] => [
  `iptables-${variant}-save`,
  `ip6tables-${variant}-save`,
];

/** With each backend, what prints everything of ours; with iptables others' rules are among it. */
const printers: Readonly<Record<EnforcerBackend, readonly string[]>> = {
  nft: [...iptables("nft"), "ipset save -sorted"],
  legacy: [...iptables("legacy"), "ipset save -sorted"],
  nftables: ["nft -s list table ip selvedge", "nft -s list table ip6 selvedge"],
};

/** What stands, as the tools print it: rules and sets of both families. */
export const printed = (exec: Exec, backend: EnforcerBackend): Promise<string> =>
  execOrThrow(exec, { command: "sh", args: ["-ec", printers[backend].join("; ")] });
