import { NFT_TABLE } from "../../../src/render/names.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { MemoryNft } from "./memory-nft.ts";
import { wholeScript } from "./whole-script.ts";

/** A node's nft that holds this ruleset and nothing else. */
export function nftWith(ruleset: Ruleset): MemoryNft {
  const nft = new MemoryNft(NFT_TABLE);
  nft.run(wholeScript(ruleset));
  return nft;
}
