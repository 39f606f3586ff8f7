import type { Family } from "../../core/address.ts";
import type { ObjectKey } from "../../core/cluster.ts";
import { NFT_TABLE, selfSet } from "../../render/names.ts";
import { header } from "../../render/nftables/words.ts";
import { type Exec, execOrThrow } from "../exec.ts";
import { printedNftTable } from "../nftables/printed-table.ts";

/** `10.0.0.1 . 10.0.0.1 comment "shop/web"`. */
const PAIR = /^(\S+) \. \S+ comment "([^"]*)"$/;

/** This node's isolated pods of one family by address, as the elements of our set say. Throws where there is none. */
export async function nftPodNames(exec: Exec, family: Family): Promise<(readonly [string, ObjectKey])[]> {
  const args = ["list", "set", header[family], NFT_TABLE, selfSet(family)];
  const { sets } = printedNftTable(await execOrThrow(exec, { command: "nft", args }));
  return sets.flatMap(({ elements }) =>
    elements.flatMap((element): [string, ObjectKey][] => {
      const [, address, pod] = PAIR.exec(element) ?? [];
      return address === undefined || pod === undefined ? [] : [[address, pod]];
    }),
  );
}
