import { type Family, families } from "../../core/address.ts";
import { NFT_TABLE } from "../../render/names.ts";
import { header } from "../../render/nftables/words.ts";
import type { Exec } from "../exec.ts";
import type { Reading } from "../read.ts";
import type { SavedChains } from "../saved-chains.ts";
import type { KernelState } from "../state.ts";
import { type StandingFamily, noFamily, parseNftList } from "./parse-nft-list.ts";
import { saysNoTable } from "./read-nft-table.ts";

type FamilyReading = { readonly unread?: string } & StandingFamily;

async function readFamily(exec: Exec, family: Family, chains: SavedChains): Promise<FamilyReading> {
  const args = ["-s", "list", "table", header[family], NFT_TABLE];
  const { code, stdout, stderr } = await exec({ command: "nft", args, env: { LC_ALL: "C" } });
  if (code === 0) return parseNftList(stdout, family, chains.reading(family));
  if (saysNoTable(stderr)) return noFamily;
  return { ...noFamily, unread: `nft: exit ${code}: ${(stderr || stdout).trim()}` };
}

/**
 * Reads what stands in our tables. A family that cannot be read does not keep the other from being so. Throws where neither can
 * be: without knowing what stands, nothing may be written.
 */
export async function readNftables(exec: Exec, chains: SavedChains): Promise<Reading> {
  const [IPv4, IPv6] = await Promise.all([
    readFamily(exec, "IPv4", chains),
    readFamily(exec, "IPv6", chains),
  ]);
  if (IPv4.unread !== undefined && IPv6.unread !== undefined) throw new Error(IPv4.unread);
  const read = { IPv4, IPv6 };
  const state: KernelState = {
    sets: new Map([...IPv4.sets, ...IPv6.sets]),
    tables: { IPv4: IPv4.table, IPv6: IPv6.table },
  };
  const unread = families.flatMap((family): [Family, string][] => {
    const why = read[family].unread;
    return why === undefined ? [] : [[family, why]];
  });
  return { state, unread: new Map(unread), unreadFilter: new Map() };
}
