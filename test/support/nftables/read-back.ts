import type { Family } from "../../../src/core/address.ts";
import { noFamily, parseNftList } from "../../../src/kernel/nftables/parse-nft-list.ts";
import type { KernelState } from "../../../src/kernel/state.ts";
import { NFT_TABLE } from "../../../src/render/names.ts";
import { listing } from "./listing.ts";
import type { MemoryNft } from "./memory-nft.ts";
import { familyWord } from "./whole-script.ts";

/** What stands, read from what nft would print. */
export function readBack({ tables }: MemoryNft): KernelState {
  const read = (family: Family) => {
    const table = tables.get(family);
    return table === undefined
      ? noFamily
      : parseNftList(listing(familyWord[family], NFT_TABLE, table), family);
  };
  const [IPv4, IPv6] = [read("IPv4"), read("IPv6")];
  return {
    sets: new Map([...IPv4.sets, ...IPv6.sets]),
    tables: { IPv4: IPv4.table, IPv6: IPv6.table },
  };
}
