import { type Address, addressBits, families } from "../core/address.ts";
import type { AddressBook } from "../core/address-book.ts";
import type { Program } from "../core/program.ts";
import { ruleAddresses } from "./rule-addresses.ts";

/**
 * Addresses that nobody in the cluster has, one for each stretch between two boundaries of the program's ipBlocks. Rules
 * tell outside addresses apart by their blocks only, so what holds for all of these holds for every such address there is,
 * and a hole of a single address is not missed, as chance would miss it.
 */
export function outsideAddresses(program: Program, book: AddressBook): Address[] {
  const sets = ruleAddresses(program);
  return families.flatMap((family) => {
    const end = 1n << BigInt(addressBits[family]);
    const bounds = [...new Set([0n, end, ...sets.flatMap((set) => set[family].flat())])];
    const sorted = bounds.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return sorted.slice(0, -1).flatMap((from, i): Address[] => {
      // Where pods or nodes have the first ones, the next; where they have all, nobody else can ask from there.
      let value = from;
      while (value < (sorted[i + 1] ?? end) && book({ family, value }).kind !== "address") value += 1n;
      return value < (sorted[i + 1] ?? end) ? [{ family, value }] : [];
    });
  });
}
