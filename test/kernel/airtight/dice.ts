/** Random choices that a seed repeats (mulberry32). */
export interface Dice {
  readonly below: (limit: number) => number;
  readonly oneOf: <T>(items: readonly [T, ...T[]]) => T;
}

export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
  return { below, oneOf: (items) => items[below(items.length)] ?? items[0] };
}
