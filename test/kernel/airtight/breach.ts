import { setTimeout as sleep } from "node:timers/promises";
import { type Exec, execOrThrow } from "../../../src/kernel/exec.ts";
import type { EnforcerBackend } from "../../../src/lab/backend.ts";

type Breach = "hole" | "wall";

/** What makes one at the beginning of our rules, and what unmakes it, for the shell. */
interface Lines {
  readonly make: string;
  readonly unmake: string;
}

const withIptables = (tool: string, breach: Breach): Lines => {
  const rule = `SELVEDGE-FORWARD -j ${{ hole: "RETURN", wall: "DROP" }[breach]}`;
  return { make: `${tool} -w -t mangle -I ${rule}`, unmake: `${tool} -w -t mangle -D ${rule}` };
};

const withNft = (family: string, breach: Breach): Lines => {
  const chain = `${family} selvedge FORWARD`;
  const verdict = { hole: "accept", wall: "drop" }[breach];
  const handle = `nft -a list chain ${chain} | sed -n 's/.* comment "theirs" # handle //p'`;
  return {
    make: `nft insert rule ${chain} ${verdict} comment '"theirs"'`,
    unmake: `nft delete rule ${chain} handle $(${handle})`,
  };
};

const lines: Readonly<Record<EnforcerBackend, (breach: Breach) => readonly Lines[]>> = {
  nft: (breach) => ["iptables-nft", "ip6tables-nft"].map((tool) => withIptables(tool, breach)),
  legacy: (breach) => ["iptables-legacy", "ip6tables-legacy"].map((tool) => withIptables(tool, breach)),
  nftables: (breach) => ["ip", "ip6"].map((family) => withNft(family, breach)),
};

/** Somebody lets everything by for a moment, or nothing, in one family after the other. */
export async function breach(exec: Exec, backend: EnforcerBackend, what: Breach): Promise<void> {
  const run = (line: string): Promise<string> => execOrThrow(exec, { command: "sh", args: ["-ec", line] });
  for (const { make, unmake } of lines[backend](what)) {
    await run(make);
    await sleep(30);
    // Where the enforcer was quicker, it is gone already.
    await run(unmake).catch(() => undefined);
  }
}
