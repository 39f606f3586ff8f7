import { SharedMap } from "./shared-map.ts";

/** A map with some keys set, or with `undefined` gone; it stays as it is. */
export function mapWith<V>(
  map: ReadonlyMap<string, V>,
  changes: Iterable<readonly [string, V | undefined]>,
): ReadonlyMap<string, V> {
  if (map instanceof SharedMap) return (map as SharedMap<V>).with(changes);
  const copy = new Map(map);
  for (const [key, value] of changes) {
    if (value === undefined) copy.delete(key);
    else copy.set(key, value);
  }
  return copy;
}
