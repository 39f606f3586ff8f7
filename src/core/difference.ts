/** What left a list, and what came into it. */
export interface Difference<T> {
  readonly gone: readonly T[];
  readonly come: readonly T[];
}

/**
 * How two lists of immutable values differ, by identity. Costs one comparison a value where a few differ, as values that
 * both lists begin or end with are not looked at again.
 */
export function difference<T>(before: readonly T[], after: readonly T[]): Difference<T> {
  if (before === after) return { gone: [], come: [] };
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const old = new Set(before.slice(head, before.length - tail));
  const fresh = new Set(after.slice(head, after.length - tail));
  return { gone: [...old.difference(fresh)], come: [...fresh.difference(old)] };
}
