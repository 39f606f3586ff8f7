import { type Exec, execOrThrow } from "../../../src/kernel/exec.ts";
import type { EnforcerBackend } from "../../../src/lab/backend.ts";

const SETS = `create SV4-G-orphan hash:ip
add SV4-G-orphan 10.9.9.9
create SV6-N-orphan hash:net family inet6
create SV4-P-orphan hash:ip,port
`;

const RULES = `*mangle
:SV-C-orphan - [0:0]
:SV-I-orphan - [0:0]
-A SV-C-orphan -m set --match-set SV4-G-orphan src -j RETURN
-A SV-C-orphan -j DROP
-A SV-I-orphan -g SV-C-orphan
COMMIT
`;

const NFTABLES = `table ip selvedge {
  set SV4-G-orphan { typeof ip saddr; elements = { 10.9.9.9 } }
  set SV4-P-orphan { type ipv4_addr . inet_proto . inet_service; }
  map SV4-orphans { typeof ip saddr : verdict; elements = { 10.9.9.9 : goto SV-C-orphan } }
  chain SV-C-orphan { ip saddr @SV4-G-orphan return; drop; }
  chain SV-I-orphan { ip daddr vmap @SV4-orphans; goto SV-C-orphan; }
}
table ip6 selvedge {
  set SV6-N-orphan { typeof ip6 saddr; flags interval; }
}
`;

interface Writing {
  readonly command: string;
  readonly args: readonly string[];
  readonly input: string;
}

const ofIptables = (variant: "nft" | "legacy"): readonly Writing[] => [
  { command: "ipset", args: ["restore"], input: SETS },
  { command: `iptables-${variant}-restore`, args: ["--noflush"], input: RULES },
];

const writings: Readonly<Record<EnforcerBackend, readonly Writing[]>> = {
  nft: ofIptables("nft"),
  legacy: ofIptables("legacy"),
  nftables: [{ command: "nft", args: ["-f", "-"], input: NFTABLES }],
};

/** Leaves orphans of every kind that is ours, of an enforcer that named things otherwise. */
export async function leaveOrphans(exec: Exec, backend: EnforcerBackend): Promise<void> {
  for (const writing of writings[backend]) await execOrThrow(exec, writing);
}
