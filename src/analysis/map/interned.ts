/** A list that has each value once. */
export interface Interned<In extends object, Out> {
  readonly at: (value: In) => number;
  readonly list: readonly Out[];
}

/** Values that are the same object are made once; made values with the same key are one. */
export function interned<In extends object, Out>(
  make: (value: In) => Out,
  keyOf: (made: Out) => string,
): Interned<In, Out> {
  const places = new Map<string, number>();
  const seen = new WeakMap<In, number>();
  const list: Out[] = [];
  return {
    list,
    at(value) {
      const known = seen.get(value);
      if (known !== undefined) return known;
      const made = make(value);
      const key = keyOf(made);
      const at = places.get(key) ?? list.push(made) - 1;
      places.set(key, at);
      seen.set(value, at);
      return at;
    },
  };
}
