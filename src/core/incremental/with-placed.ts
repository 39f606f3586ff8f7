/** The first place whose value's key is not less. */
function placeOf<T>(sorted: readonly T[], keyOf: (value: T) => string, key: string): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const value = sorted[middle];
    if (value !== undefined && keyOf(value) < key) from = middle + 1;
    else to = middle;
  }
  return from;
}

/**
 * A list that is sorted by key, with some values put in their places, or with `undefined` taken out. A few changes cost a
 * copy and a search each, many one sort; the same list where nothing changes.
 */
export function withPlaced<T>(
  sorted: readonly T[],
  keyOf: (value: T) => string,
  changes: ReadonlyMap<string, T | undefined>,
): readonly T[] {
  if (changes.size > sorted.length / 64 + 8) {
    const all = new Map<string, T | undefined>(sorted.map((value) => [keyOf(value), value]));
    for (const [key, value] of changes) all.set(key, value);
    return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, value]) => value ?? []);
  }
  const placed = [...sorted];
  let isChanged = false;
  for (const [key, value] of changes) {
    const at = placeOf(placed, keyOf, key);
    const found = placed[at];
    const isThere = found !== undefined && keyOf(found) === key;
    if (!isThere && value === undefined) continue;
    isChanged = true;
    placed.splice(at, isThere ? 1 : 0, ...(value === undefined ? [] : [value]));
  }
  return isChanged ? placed : sorted;
}
