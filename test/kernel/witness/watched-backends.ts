import type { KernelBackend } from "../../../src/kernel/backend.ts";
import type { Exec } from "../../../src/kernel/exec.ts";
import { iptablesBackend, iptablesWatched } from "../../../src/kernel/iptables-backend.ts";
import { nftablesBackend, nftablesWatched } from "../../../src/kernel/nftables/nftables-backend.ts";
import { KernelSessions } from "../../../src/kernel/session/kernel-sessions.ts";
import { NftSessions } from "../../../src/kernel/session/nft-sessions.ts";
import type { SessionDoor } from "../../../src/kernel/session/session-door.ts";
import type { NftWitness, WatchedPart } from "../../../src/kernel/witness/nft-witness.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { nftRule, nftRuleset, setOfType } from "../unit/nft-rulesets.ts";
import { peers, rule, ruleset } from "../unit/rulesets.ts";

/** A backend whose writes a witness can see. */
export interface WatchedBackend {
  readonly name: string;
  readonly watched: WatchedPart;
  /** Without a door every write is a process. */
  readonly open: (exec: Exec, witness: NftWitness, door?: SessionDoor) => KernelBackend;
  /** What stands; another in each round. */
  readonly wantedOf: (round: number) => Ruleset;
  /** Shell: what stands beside ours from the start. */
  readonly neighbours: string;
  /** Shell: something that others can do to ours, again and again, by this number. */
  readonly harm: (round: number) => string;
  /** Shell: what others may do to ours. */
  readonly writes: readonly string[];
  /** Shell: what others do elsewhere. */
  readonly elsewhere: readonly string[];
}

/** The last rule of SV-C-a. */
const LAST = `$(nft -a list chain ip selvedge SV-C-a | sed -n 's/.*handle //p' | tail -n 1)`;

const nftables: WatchedBackend = {
  name: "nftables",
  watched: nftablesWatched,
  open: (exec, witness, door) => nftablesBackend(exec, door && new NftSessions(door), witness),
  wantedOf: (round) =>
    nftRuleset(
      {
        sets: {
          "SV4-G-a": setOfType("hash:ip", "10.0.0.1", `10.0.1.${round}`),
          "SV4-N-a": setOfType("hash:net", "10.0.0.0/8"),
          "SV4-verdicts-ingress": setOfType("verdicts", "10.244.1.1 : goto SV-C-a"),
        },
        chains: {
          "SV-C-a": [nftRule("ip saddr @SV4-G-a counter return"), nftRule("counter drop", `${round}`)],
        },
      },
      { sets: { "SV6-G-a": setOfType("hash:ip", `fd00::${round}`) } },
    ),
  neighbours: "nft add table ip other",
  harm: (round) => `nft add element ip selvedge SV4-G-a { 10.9.9.${round} }`,
  writes: [
    "add rule ip selvedge SV-C-a accept",
    "insert rule ip selvedge SV-C-a accept",
    `delete rule ip selvedge SV-C-a handle ${LAST}`,
    `replace rule ip selvedge SV-C-a handle ${LAST} counter accept`,
    "flush chain ip selvedge SV-C-a",
    "flush table ip selvedge",
    "add element ip selvedge SV4-G-a { 10.9.9.9 }",
    "delete element ip selvedge SV4-G-a { 10.0.0.1 }",
    // Of which a part can be read.
    "add chain ip other d; add element ip selvedge SV4-G-a { 10.9.9.8 }",
    "delete element ip selvedge SV4-N-a { 10.0.0.0/8 }",
    "add element ip selvedge SV4-N-a { 224.0.0.0/3 }",
    "delete element ip selvedge SV4-verdicts-ingress { 10.244.1.1 }",
    "add element ip6 selvedge SV6-G-a { fd00::9 }",
    "flush set ip selvedge SV4-G-a",
    "add set ip selvedge theirs { type ipv4_addr; }",
    "add map ip6 selvedge theirs { type ipv6_addr : verdict; }",
    "delete set ip6 selvedge SV6-G-a",
    "add chain ip selvedge theirs",
    "rename chain ip selvedge SV-C-a theirs",
    "add counter ip selvedge theirs",
    "delete table ip6 selvedge",
    "flush ruleset",
    "add table ip selvedge { flags dormant; }",
    "add chain ip selvedge FORWARD { type filter hook forward priority mangle; policy drop; }",
    "add chain ip selvedge SV-BY-0123456789ab-1; delete chain ip selvedge SV-BY-0123456789ab-1",
  ].map((command) => `nft "${command}"`),
  elsewhere: [
    `nft 'add chain ip other c; add rule ip other c accept comment "add rule ip selvedge SV-C-a"'`,
    "nft flush chain ip other c",
    "nft 'add table inet selvedge; add chain inet selvedge FORWARD'",
    "nft 'add set ip other s { type ipv4_addr; flags interval; }; add element ip other s { 10.0.0.0/8, 192.0.2.1 }'",
    "nft 'delete element ip other s { 10.0.0.0/8 }'",
    "nft 'add table ip selvedge-too { flags dormant; }'",
    "iptables-nft -t mangle -A FORWARD -m comment --comment 'ip selvedge' -j ACCEPT",
  ],
};

const iptablesNft: WatchedBackend = {
  name: "nft",
  watched: iptablesWatched,
  open: (exec, witness, door) =>
    iptablesBackend(exec, "nft", door && new KernelSessions(door, "nft"), witness),
  wantedOf: (round) =>
    ruleset(
      {
        sets: { "SV4-G-a": peers("10.0.0.1", `10.0.1.${round}`) },
        chains: {
          "SV-C-a": [rule("-m set --match-set SV4-G-a src -j RETURN"), rule("-j DROP", `${round}`)],
        },
      },
      { chains: { "SV-C-a": [rule("-j DROP", `${round}`)] } },
    ),
  neighbours: `for t in mangle filter; do iptables-nft -t $t -N THEIRS; done; nft add table ip other
    for c in PREROUTING INPUT; do iptables-nft -t mangle -A $c -j THEIRS; iptables-nft -t mangle -D $c 1; done`,
  harm: (round) => `iptables-nft -t mangle -A SV-C-a -m comment --comment ${round} -j ACCEPT`,
  writes: [
    ...[
      "-A SV-C-a -j ACCEPT",
      "-I SV-C-a -j ACCEPT",
      "-D SV-C-a 1",
      "-R SV-C-a 1 -j ACCEPT",
      "-F SV-C-a",
      "-E SV-C-a THEIRS-NOW",
      "-N SV-C-theirs",
      "-I FORWARD -j ACCEPT",
      "-D FORWARD 1",
      "-A OUTPUT -j ACCEPT",
      "-P FORWARD DROP",
      "-F",
      "-t filter -N SELVEDGE-REFUSE",
      "-t filter -A SELVEDGE-REFUSE -j REJECT",
      "-t filter -A FORWARD -j SELVEDGE-REFUSE",
    ].map((args) => `iptables-nft -t mangle ${args}`),
    "ip6tables-nft -t mangle -F SV-C-a",
    "printf '*mangle\\nCOMMIT\\n' | iptables-nft-restore",
    "printf '*mangle\\n:SV-BY-0123456789ab-1 - [0:0]\\n-X SV-BY-0123456789ab-1\\nCOMMIT\\n' | iptables-nft-restore -n",
    "nft insert rule ip mangle SV-C-a accept",
    "nft delete table ip6 mangle",
    "nft flush ruleset",
    "nft 'add table ip mangle { flags dormant; }'",
  ],
  elsewhere: [
    "iptables-nft -t mangle -A THEIRS -m comment --comment 'add rule ip mangle SV-C-a' -j ACCEPT",
    "iptables-nft -t mangle -F THEIRS",
    "iptables-nft -t mangle -A PREROUTING -j THEIRS",
    "iptables-nft -t filter -A THEIRS -j ACCEPT",
    "printf '*nat\\n:KUBE-SERVICES - [0:0]\\n-A KUBE-SERVICES -j RETURN\\nCOMMIT\\n' | iptables-nft-restore -n",
    "nft 'add table inet mangle; add chain inet mangle SV-C-a; add rule inet mangle SV-C-a accept'",
    "nft 'add chain ip other SV-C-a; add rule ip other SV-C-a accept'",
    "ipset create theirs hash:ip",
  ],
};

export const watchedBackends: readonly WatchedBackend[] = [nftables, iptablesNft];
