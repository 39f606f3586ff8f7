import { NFT_TABLE, isOurChain } from "../render/names.ts";
import type { Exec } from "./exec.ts";
import { tryNftables } from "./nftables/trials.ts";
import { type Backend, detectVariant, saveCommand } from "./variant.ts";

const OUR_TABLE = new RegExp(`^table ip6? ${NFT_TABLE}$`, "m");

/** Whether an enforcer has written to nftables; without nft none can have. */
export async function hasOurNftTables(exec: Exec): Promise<boolean> {
  const { stdout } = await exec({ command: "nft", args: ["list", "tables"] });
  return OUR_TABLE.test(stdout);
}

async function hasOursInIptablesNft(exec: Exec): Promise<boolean> {
  const saved = await Promise.all(
    (["IPv4", "IPv6"] as const).map((family) =>
      exec({ command: saveCommand("nft", family), args: ["-t", "mangle"] }),
    ),
  );
  return saved.some(({ stdout }) =>
    stdout.split("\n").some((line) => isOurChain(/^:(\S+)/.exec(line)?.[1] ?? "")),
  );
}

/**
 * Where an enforcer writes when nobody says. A node whose other parts use iptables-legacy has theirs: its kernel may know no more.
 * Else nftables, which costs packets less (docs/performance.md), if this kernel takes all that our rules are made of; else
 * iptables-nft. Of these two it stays where ours stands already: an update never moves rules from one to the other, as what it left
 * behind would go on denying.
 */
export async function chooseBackend(exec: Exec): Promise<Backend> {
  if (await hasOurNftTables(exec)) return "nftables";
  const variant = await detectVariant(exec);
  if (variant === "legacy" || (await hasOursInIptablesNft(exec))) return variant;
  const trials = await tryNftables(exec);
  return trials.some(({ refused }) => refused !== undefined) ? variant : "nftables";
}
