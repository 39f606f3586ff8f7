import { type Family, addressBits } from "../../core/address.ts";
import type { AddressSet } from "../../core/address-set.ts";

/** From `from` up to the next stretch, all addresses lie in the same sets; `kind` is the same wherever those are. */
export interface Stretch {
  readonly from: bigint;
  readonly kind: number;
}

/**
 * Cuts a family's addresses wherever one of the sets begins or ends. Kinds are numbered in the order in which they first
 * appear, from 0, so that equal sets, in whatever order, give equal stretches.
 */
export function addressStretches(family: Family, sets: readonly AddressSet[]): Stretch[] {
  const toggles = new Map<bigint, number[]>([[0n, []]]);
  for (const [i, set] of sets.entries()) {
    for (const bound of set[family].flat()) {
      const at = toggles.get(bound);
      if (at === undefined) toggles.set(bound, [i]);
      else at.push(i);
    }
  }
  const inside = new Set<number>();
  const kinds = new Map<string, number>();
  const end = 1n << BigInt(addressBits[family]);
  return [...toggles]
    .filter(([from]) => from < end)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([from, changed]) => {
      for (const i of changed) if (!inside.delete(i)) inside.add(i);
      const key = [...inside].sort((a, b) => a - b).join(",");
      const kind = kinds.get(key) ?? kinds.size;
      kinds.set(key, kind);
      return { from, kind };
    });
}
