import type { ObjectKey } from "../core/cluster.ts";

/** Told of every object that came or changed, and with `undefined` of every one that went. */
export type Listener<T> = (key: ObjectKey, item: T | undefined) => void;

/** The objects of one kind as the API server last told them. */
export class Store<T> {
  readonly #items = new Map<ObjectKey, T>();
  readonly #listener: Listener<T>;

  constructor(listener: Listener<T> = () => undefined) {
    this.#listener = listener;
  }

  values(): T[] {
    return [...this.#items.values()];
  }

  get(key: ObjectKey): T | undefined {
    return this.#items.get(key);
  }

  get size(): number {
    return this.#items.size;
  }

  set(key: ObjectKey, item: T): void {
    this.#items.set(key, item);
    this.#listener(key, item);
  }

  delete(key: ObjectKey): void {
    if (this.#items.delete(key)) this.#listener(key, undefined);
  }

  /** Takes a whole listing: what is not in it is gone. */
  replace(items: ReadonlyMap<ObjectKey, T>): void {
    for (const key of this.#items.keys()) {
      if (!items.has(key)) this.delete(key);
    }
    for (const [key, item] of items) this.set(key, item);
  }
}
