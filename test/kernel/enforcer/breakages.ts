import type { EnforcerBackend } from "../../../src/lab/backend.ts";

/** What somebody may do to a node. */
export interface Breakages {
  /** For the shell, each to be put right. */
  readonly lines: readonly string[];
  /** What has to be as it was, of what the tools print. */
  readonly ours: (printed: string) => readonly string[];
  /** Prints what of all this is somebody else's and stays, and takes it away. */
  readonly theirs: string;
}

function ofIptables(variant: "nft" | "legacy"): Breakages {
  const iptables = `iptables-${variant} -t mangle`;
  return {
    lines: [
      `${iptables} -D FORWARD 1`,
      `${iptables} -I FORWARD 1 -m comment --comment other -j ACCEPT && ${iptables} -A FORWARD -j ACCEPT`,
      `${iptables} -F SV-INGRESS`,
      `${iptables} -I SV-INGRESS 1 -j RETURN`,
      `ipset flush $(ipset list -n | grep SV4-ingress)`,
      `ipset add $(ipset list -n | grep SV4-egress) 10.244.1.77`,
    ],
    ours: (printed) => [
      // Before all others.
      /\*mangle\n(?:.*\n)*?(-A FORWARD .*)\n/.exec(printed)?.[1] ?? "",
      ...printed.split("\n").filter((line) => /SELVEDGE| SV|^:SV/.test(line)),
    ],
    theirs: `${iptables} -S FORWARD | grep ACCEPT; ${iptables} -D FORWARD 2; ${iptables} -D FORWARD 2`,
  };
}

const ofNftables: Breakages = {
  lines: [
    "nft flush chain ip selvedge FORWARD",
    "nft insert rule ip selvedge FORWARD accept; nft insert rule ip selvedge SV-INGRESS return",
    "nft flush chain ip selvedge SV-INGRESS; nft add element ip selvedge SV4-isolated-egress '{ 10.244.1.77 }'",
    "nft flush map ip selvedge SV4-verdicts-ingress",
    "nft 'add table ip selvedge { flags dormant; }'",
    "nft 'add table ip other; add chain ip other FORWARD { type filter hook forward priority mangle - 1; }; add rule ip other FORWARD accept; delete table ip selvedge'",
  ],
  ours: (printed) => printed.split("\n"),
  theirs: "nft list table ip other; nft delete table ip other",
};

export const breakages: Readonly<Record<EnforcerBackend, Breakages>> = {
  nft: ofIptables("nft"),
  legacy: ofIptables("legacy"),
  nftables: ofNftables,
};
