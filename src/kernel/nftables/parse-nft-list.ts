import type { Family } from "../../core/address.ts";
import type { ReadChain } from "../saved-chains.ts";
import { type KernelState, type StandingTable, nothingStands } from "../state.ts";
import { setFamily } from "../../render/names.ts";
import { type ListedBlock, listedBlocks } from "./listed-blocks.ts";
import { listedChain, readListedChain } from "./listed-chain.ts";
import { listedSet } from "./listed-set.ts";

/** What stands of one family. */
export interface StandingFamily {
  readonly sets: KernelState["sets"];
  readonly table: StandingTable;
}

/** Also what is said of a table that is not as we make ours: it is made anew, whole. */
export const noFamily: StandingFamily = { sets: new Map(), table: nothingStands };

/** Reads one set; nothing where it is no set of ours. */
const readSet = (block: ListedBlock, family: Family): ReturnType<typeof listedSet> =>
  setFamily(block.name) === family ? listedSet(block, family) : undefined;

/**
 * Reads what `nft -s list table` prints of a table of ours. Everything in it is taken for ours, so what somebody added is found
 * as what nobody wants. Where somebody gave it a shape that we do not make, it is as if nothing stood: a table that is dormant, a
 * base chain elsewhere, a set with options.
 */
export function parseNftList(
  text: string,
  family: Family,
  readChain: ReadChain = readListedChain,
): StandingFamily {
  const blocks = listedBlocks(text);
  if (blocks === undefined) return noFamily;
  const sets = new Map<string, NonNullable<ReturnType<typeof readSet>>>();
  const chains = new Map<string, readonly (string | undefined)[]>();
  for (const block of blocks) {
    if (block.kind === "chain") {
      const printed = listedChain(block);
      if (printed === undefined) return noFamily;
      chains.set(block.name, readChain(printed));
    } else {
      const set = readSet(block, family);
      if (set === undefined) return noFamily;
      sets.set(block.name, set);
    }
  }
  return { sets, table: { ...nothingStands, chains } };
}
