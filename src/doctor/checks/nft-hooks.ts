import { NFT_TABLE } from "../../render/names.ts";
import { BASE_CHAINS } from "../../render/nftables/base-chains.ts";
import type { OurNftTable } from "../nft-standing.ts";

/** What lets packets by our table, in words. */
export function nftHookTroubles({ place, table }: OurNftTable): string[] {
  if (table === undefined) return [`${place}: there is no table ${NFT_TABLE}: its policies are not enforced`];
  const dormant = table.flags.includes("dormant")
    ? [`${place}: table ${NFT_TABLE} is dormant: its policies are not enforced`]
    : [];
  const chains = [...BASE_CHAINS].flatMap(([name, meant]) => {
    const chain = table.chains.find((each) => each.name === name);
    if (chain?.declaration === meant) return [];
    if (chain?.declaration === undefined)
      return [`${place}: no packet is led into chain ${name}: its policies are not enforced`];
    return [
      `${place}: packets are led into chain ${name} otherwise than they should be: ${chain.declaration}`,
    ];
  });
  return [...dormant, ...chains];
}
