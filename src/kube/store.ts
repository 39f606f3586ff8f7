import { type ObjectKey } from "../core/cluster.ts";

/** The objects of one kind as the API server last told them, and a bell that rings when they change. */
export class Store<T> {
  readonly #items = new Map<ObjectKey, T>();
  readonly #onChange: () => void;

  constructor(onChange: () => void = () => undefined) {
    this.#onChange = onChange;
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
    this.#onChange();
  }

  delete(key: ObjectKey): void {
    if (this.#items.delete(key)) this.#onChange();
  }

  /** Takes a whole listing: what is not in it is gone. */
  replace(items: ReadonlyMap<ObjectKey, T>): void {
    this.#items.clear();
    for (const [key, item] of items) this.#items.set(key, item);
    this.#onChange();
  }
}
