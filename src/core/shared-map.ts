/** How many parts a map is cut into: what a change copies is one list of them and one part. */
const PARTS = 512;

type Part<V> = ReadonlyMap<string, V>;

const EMPTY: Part<never> = new Map<string, never>();

/** FNV-1a. */
function partOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % PARTS;
}

/**
 * An immutable map whose changed copies share what did not change, so that a change costs the change and not the map, and
 * two versions are compared by what differs. In no order, but always in the same for the same history.
 */
export class SharedMap<V> implements ReadonlyMap<string, V> {
  readonly size: number;
  readonly #parts: readonly Part<V>[];

  private constructor(parts: readonly Part<V>[], size: number) {
    this.#parts = parts;
    this.size = size;
  }

  static empty<V>(): SharedMap<V> {
    return new SharedMap<V>(
      Array.from({ length: PARTS }, () => EMPTY),
      0,
    );
  }

  /** This map with some keys set, or with `undefined` gone; this map itself where that changes nothing. */
  with(changes: Iterable<readonly [string, V | undefined]>): SharedMap<V> {
    const parts = [...this.#parts];
    const own = new Map<number, Map<string, V>>();
    let { size } = this;
    for (const [key, value] of changes) {
      const at = partOf(key);
      const before = parts[at] ?? EMPTY;
      if (before.get(key) === value) continue;
      const part = own.get(at) ?? new Map(before);
      own.set(at, part);
      parts[at] = part;
      size -= part.size;
      if (value === undefined) part.delete(key);
      else part.set(key, value);
      size += part.size;
    }
    return own.size === 0 ? this : new SharedMap(parts, size);
  }

  get(key: string): V | undefined {
    return this.#parts[partOf(key)]?.get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  forEach(callback: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [key, value] of this.entries()) callback(value, key, this);
  }

  entries(): MapIterator<[string, V]> {
    return this.#parts.values().flatMap((part) => part.entries());
  }

  keys(): MapIterator<string> {
    return this.#parts.values().flatMap((part) => part.keys());
  }

  values(): MapIterator<V> {
    return this.#parts.values().flatMap((part) => part.values());
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  /** A part of two versions that is the same value in both holds no difference, and is not looked into. */
  static *#differingParts<V>(a: SharedMap<V>, b: SharedMap<V>): Generator<readonly [Part<V>, Part<V>]> {
    // Every pass asks this some ten times: a counted loop takes a third of what an iterator does.
    for (let at = 0; at < PARTS; at += 1) {
      const part = a.#parts[at] ?? EMPTY;
      const other = b.#parts[at] ?? EMPTY;
      if (part !== other) yield [part, other];
    }
  }

  /** The keys that do not have the same value in both maps; one that is missing has none. */
  static *differing<V>(a: ReadonlyMap<string, V>, b: ReadonlyMap<string, V>): Generator<string> {
    if (a === b) return;
    const pairs =
      a instanceof SharedMap && b instanceof SharedMap
        ? SharedMap.#differingParts<V>(a, b)
        : [[a, b] as const];
    for (const [before, after] of pairs) {
      for (const [key, value] of before) if (after.get(key) !== value) yield key;
      for (const key of after.keys()) if (!before.has(key)) yield key;
    }
  }
}
