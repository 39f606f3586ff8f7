import { NFT_TABLE } from "../render/names.ts";
import type { Exec } from "./exec.ts";
import { type Backend, detectVariant } from "./variant.ts";

/**
 * Where ours stands on this node, for who only reads: in our tables of nftables where there are any, else in the iptables that an
 * enforcer would choose by itself.
 */
export async function standingBackend(exec: Exec, asked: Backend | "auto"): Promise<Backend> {
  if (asked !== "auto") return asked;
  // Without nft no enforcer can have written there.
  const { stdout } = await exec({ command: "nft", args: ["list", "tables"] });
  return new RegExp(`^table ip6? ${NFT_TABLE}$`, "m").test(stdout) ? "nftables" : detectVariant(exec);
}
