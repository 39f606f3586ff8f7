import { NFT_TABLE } from "../render/names.ts";
import type { Exec } from "./exec.ts";
import { hasOurs, mangleOf } from "./ours.ts";
import { readEverywhere } from "./read-everywhere.ts";
import type { Backend } from "./variant.ts";

const OUR_TABLE = new RegExp(`^table ip6? ${NFT_TABLE}$`, "m");

/**
 * Wherever something of ours stands on this node, in either family. Several, where an enforcer had another backend before: packets
 * meet all of them. What cannot be read is taken to hold nothing.
 */
export async function standingBackends(exec: Exec): Promise<readonly Backend[]> {
  const [iptables, { stdout }] = await Promise.all([
    readEverywhere(exec),
    // Without nft no enforcer can have written there.
    exec({ command: "nft", args: ["list", "tables"] }),
  ]);
  const backends: readonly Backend[] = [
    ...iptables.filter((each) => hasOurs(mangleOf(each))).map(({ variant }) => variant),
    ...(OUR_TABLE.test(stdout) ? (["nftables"] as const) : []),
  ];
  return [...new Set(backends)];
}
