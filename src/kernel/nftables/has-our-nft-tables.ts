import { NFT_TABLE } from "../../render/names.ts";
import type { Exec } from "../exec.ts";

const OUR_TABLE = new RegExp(`^table ip6? ${NFT_TABLE}$`, "m");

/** Whether an enforcer has written to nftables; without nft none can have. */
export async function hasOurNftTables(exec: Exec): Promise<boolean> {
  const { stdout } = await exec({ command: "nft", args: ["list", "tables"] });
  return OUR_TABLE.test(stdout);
}
