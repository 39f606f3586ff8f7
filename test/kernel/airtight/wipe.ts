import { type Exec, execOrThrow } from "../../../src/kernel/exec.ts";
import type { EnforcerBackend } from "../../../src/lab/backend.ts";

const ofIptables = (variant: "nft" | "legacy"): string =>
  `for t in iptables-${variant} ip6tables-${variant}; do $t -w -t mangle -F; $t -w -t mangle -X; done; ipset destroy`;

const lines: Readonly<Record<EnforcerBackend, string>> = {
  nft: ofIptables("nft"),
  legacy: ofIptables("legacy"),
  nftables: "nft flush ruleset",
};

/** Leaves nothing where ours stands. */
export async function wipe(exec: Exec, backend: EnforcerBackend): Promise<void> {
  await execOrThrow(exec, { command: "sh", args: ["-ec", lines[backend]] });
}
