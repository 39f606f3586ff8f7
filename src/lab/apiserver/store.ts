import { type Change, ChangeLog } from "./change-log.ts";
import { type KubeObject, nameOf, namespaceOf, withMeta } from "./kube-object.ts";

const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`;

interface Shelf {
  readonly objects: Map<string, KubeObject>;
  /** Keys in order, made when asked for and dropped when a key comes or goes. */
  sorted: readonly string[] | undefined;
}

/**
 * Every object, one revision counter over all of them, and the recent past. It commits what others decided;
 * it decides nothing.
 */
export class Store {
  readonly #shelves = new Map<string, Shelf>();
  readonly #dependents = new Map<string, Set<string>>();
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #log: ChangeLog;
  #revision = 1;

  /** @param historyLength how many changes are remembered at least */
  constructor(historyLength: number) {
    this.#log = new ChangeLog(historyLength);
  }

  /** The revision of the newest change. */
  get revision(): number {
    return this.#revision;
  }

  get(storage: string, namespace: string, name: string): KubeObject | undefined {
    return this.#shelves.get(storage)?.objects.get(keyOf(namespace, name));
  }

  /** All objects of a storage in key order (namespace, then name). */
  list(storage: string): readonly KubeObject[] {
    const shelf = this.#shelf(storage);
    shelf.sorted ??= [...shelf.objects.keys()].sort();
    return shelf.sorted.flatMap((key) => shelf.objects.get(key) ?? []);
  }

  /** All objects as they were after a revision; `undefined` if the past is no longer known. */
  listAt(storage: string, revision: number): readonly KubeObject[] | undefined {
    if (revision === this.#revision) return this.list(storage);
    const changes = this.#log.since(storage, revision);
    if (changes === undefined) return undefined;
    const past = new Map(this.#shelf(storage).objects);
    for (const { before, after } of changes.toReversed()) {
      if (after !== undefined) past.delete(keyOf(namespaceOf(after), nameOf(after)));
      if (before !== undefined) past.set(keyOf(namespaceOf(before), nameOf(before)), before);
    }
    return [...past.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, object]) => object);
  }

  /** Changes of a storage after a revision, oldest first; `undefined` if the past is no longer known. */
  changesSince(storage: string, revision: number): readonly Change[] | undefined {
    return this.#log.since(storage, revision);
  }

  /** Storages that hold something. */
  storages(): readonly string[] {
    return [...this.#shelves].flatMap(([storage, shelf]) => (shelf.objects.size > 0 ? [storage] : []));
  }

  /** Storage and key of what names this uid as an owner. */
  dependentsOf(uid: string): readonly { storage: string; object: KubeObject }[] {
    return [...(this.#dependents.get(uid) ?? [])].flatMap((reference) => {
      const [storage = "", namespace = "", name = ""] = reference.split("/");
      const object = this.get(storage, namespace, name);
      return object === undefined ? [] : [{ storage, object }];
    });
  }

  /** Stores an object under a new resource version and returns it with that. */
  put(storage: string, object: KubeObject): KubeObject {
    const shelf = this.#shelf(storage);
    const key = keyOf(namespaceOf(object), nameOf(object));
    const before = shelf.objects.get(key);
    const revision = ++this.#revision;
    const after = withMeta(object, { resourceVersion: String(revision) });
    shelf.objects.set(key, after);
    if (before === undefined) shelf.sorted = undefined;
    this.#index(storage, key, before, after);
    this.#emit({ revision, storage, after, ...(before === undefined ? {} : { before }) });
    return after;
  }

  /** Removes an object; watchers see its last state with the deletion's resource version. */
  remove(storage: string, last: KubeObject): void {
    const shelf = this.#shelf(storage);
    const key = keyOf(namespaceOf(last), nameOf(last));
    const before = shelf.objects.get(key);
    if (before === undefined) return;
    shelf.objects.delete(key);
    shelf.sorted = undefined;
    this.#index(storage, key, before, undefined);
    this.#emit({
      revision: ++this.#revision,
      storage,
      before: withMeta(last, { resourceVersion: before.metadata.resourceVersion }),
    });
  }

  /** Calls back on every change from now on, after it is committed. Returns how to stop. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets the past. */
  expireHistory(): void {
    this.#log.expire();
  }

  #shelf(storage: string): Shelf {
    const shelf = this.#shelves.get(storage) ?? { objects: new Map<string, KubeObject>(), sorted: undefined };
    this.#shelves.set(storage, shelf);
    return shelf;
  }

  #index(storage: string, key: string, before: KubeObject | undefined, after: KubeObject | undefined): void {
    const reference = `${storage}/${key}`;
    for (const { uid } of before?.metadata.ownerReferences ?? [])
      this.#dependents.get(uid)?.delete(reference);
    for (const { uid } of after?.metadata.ownerReferences ?? []) {
      const known = this.#dependents.get(uid) ?? new Set<string>();
      this.#dependents.set(uid, known.add(reference));
    }
  }

  #emit(change: Change): void {
    this.#log.append(change);
    for (const listener of this.#listeners) listener(change);
  }
}
