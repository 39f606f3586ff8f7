import { families } from "../core/address.ts";
import type { Exec } from "./exec.ts";
import { hasOurNftTables } from "./nftables/has-our-nft-tables.ts";
import { tryNftables } from "./nftables/trials.ts";
import { hasOurs } from "./ours.ts";
import { parseSavedTables } from "./saved-rules.ts";
import { type Backend, detectVariant, saveCommand } from "./variant.ts";

/** Whether an enforcer has written to iptables-nft. Mangle alone is read: a node may have thousands of rules in the other tables. */
async function hasOursInIptablesNft(exec: Exec): Promise<boolean> {
  const saved = await Promise.all(
    families.map((family) => exec({ command: saveCommand("nft", family), args: ["-t", "mangle"] })),
  );
  return saved.flatMap(({ stdout }) => parseSavedTables(stdout)).some(hasOurs);
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
