import { families } from "../core/address.ts";
import type { Exec } from "./exec.ts";
import { hasOurNftTables } from "./nftables/has-our-nft-tables.ts";
import { tryNftables } from "./nftables/trials.ts";
import { hasOurs } from "./ours.ts";
import { parseSavedTables } from "./saved-rules.ts";
import { type Backend, type Variant, detectVariant, saveCommand } from "./variant.ts";

/**
 * What is read of each iptables. Of nft mangle alone: a node may have thousands of rules in the other tables. Of legacy whatever there
 * is: naming a table would make the kernel create it.
 */
const READ: Readonly<Record<Variant, readonly string[]>> = { nft: ["-t", "mangle"], legacy: [] };

/** Whether an enforcer has written to this iptables. */
async function hasOursIn(exec: Exec, variant: Variant): Promise<boolean> {
  const saved = await Promise.all(
    families.map((family) => exec({ command: saveCommand(variant, family), args: READ[variant] })),
  );
  const tables = saved.flatMap(({ stdout }) => parseSavedTables(stdout));
  return tables.some((table) => table.name === "mangle" && hasOurs(table));
}

/**
 * Where an enforcer writes when nobody says: to nftables, which costs packets least whatever the node's other parts use
 * (docs/performance.md), if this kernel takes all that our rules are made of; else to the iptables that those use. It stays where ours
 * stands already: an update never moves rules from one to the other, as what it left behind would go on denying.
 */
export async function chooseBackend(exec: Exec): Promise<Backend> {
  if (await hasOurNftTables(exec)) return "nftables";
  const [isInNft, isInLegacy] = await Promise.all([hasOursIn(exec, "nft"), hasOursIn(exec, "legacy")]);
  if (isInNft !== isInLegacy) return isInNft ? "nft" : "legacy";
  if (isInNft) return detectVariant(exec);
  const trials = await tryNftables(exec);
  return trials.some(({ refused }) => refused !== undefined) ? detectVariant(exec) : "nftables";
}
