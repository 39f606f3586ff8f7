import { hasOurNftTables } from "./nftables/has-our-nft-tables.ts";
import type { Exec } from "./exec.ts";
import { hasOurs, mangleOf } from "./ours.ts";
import { readEverywhere } from "./read-everywhere.ts";
import type { Backend } from "./variant.ts";

/**
 * Wherever something of ours stands on this node, in either family. Several, where an enforcer had another backend before: packets
 * meet all of them. What cannot be read is taken to hold nothing.
 */
export async function standingBackends(exec: Exec): Promise<readonly Backend[]> {
  const [iptables, isInNftables] = await Promise.all([readEverywhere(exec), hasOurNftTables(exec)]);
  const backends: readonly Backend[] = [
    ...iptables.filter((each) => hasOurs(mangleOf(each))).map(({ variant }) => variant),
    ...(isInNftables ? (["nftables"] as const) : []),
  ];
  return [...new Set(backends)];
}
