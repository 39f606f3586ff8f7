/** What is made of an immutable value, made once for as long as somebody has the value. */
export class Memo<K extends object, V> {
  readonly #made = new WeakMap<K, V>();
  readonly #make: (key: K) => V;

  constructor(make: (key: K) => V) {
    this.#make = make;
  }

  of(key: K): V {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = this.#make(key);
    this.#made.set(key, made);
    return made;
  }
}
