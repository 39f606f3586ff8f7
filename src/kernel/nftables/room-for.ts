import type { SetType } from "../../render/ruleset.ts";

/** The least costs the kernel a kilobyte. Beyond the most a table that grows by itself is worth its price: to make a set anew costs what is in it. */
const ROOMS = [64, 128, 256, 512, 1024];

/** Whether a set that can hold so many entries may be one of ours. */
export const isRoom = (size: number): boolean => ROOMS.includes(size);

/**
 * How many entries a new set is declared to hold: at least twice what it begins with, or `Infinity`. To a set whose size it was told
 * the kernel gives a hash table that never grows, which it looks through faster (docs/performance.md); so such a set is made anew
 * where it would outgrow that. Intervals are in no hash table.
 */
export const roomFor = (type: SetType, entries: number): number =>
  type === "hash:net" ? Infinity : (ROOMS.find((room) => room >= 2 * entries) ?? Infinity);
