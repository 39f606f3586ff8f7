import type { SetType } from "../../render/ruleset.ts";

/** The least costs the kernel a kilobyte. */
const ROOMS = [64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384];

/** Beyond these a table that grows by itself is worth its price: to make a set anew costs what is in it. */
const MOST = { any: 1024, ofPorts: 16_384 } as const;

/** Whether a set that can hold so many entries may be one of ours. */
export const isRoom = (size: number): boolean => ROOMS.includes(size);

/**
 * An address that is looked up in a map at the very instant at which that is made anew is not found, and its packet dropped; in a
 * set it is found throughout. So these maps, of which there are few, have room for more pods than most nodes ever run. Whom the map of
 * ports does not know takes a longer way.
 */
const LEAST_OF_MAPS = 512;

/**
 * How many entries a new set is declared to hold: at least twice what it begins with, or `Infinity`. To a set whose size it was told
 * the kernel gives a hash table that never grows, which it looks through faster (docs/performance.md); so such a set is made anew
 * where it would outgrow that. Intervals are in no hash table.
 */
export function roomFor(type: SetType, entries: number): number {
  if (type === "hash:net") return Infinity;
  const least = type === "verdicts" ? LEAST_OF_MAPS : 0;
  const most = type === "port-verdicts" ? MOST.ofPorts : MOST.any;
  return ROOMS.find((room) => room <= most && room >= Math.max(least, 2 * entries)) ?? Infinity;
}
