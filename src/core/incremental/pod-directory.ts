import { formatAddress } from "../address.ts";
import { type ObjectKey, type Pod, keyOf } from "../cluster.ts";
import { livePods } from "../live-pods.ts";

/** A live pod that came, went or changed. */
export interface PodChange {
  readonly key: ObjectKey;
  readonly before: Pod | undefined;
  readonly after: Pod | undefined;
}

const addressTexts = (pod: Pod | undefined): string[] =>
  pod === undefined || pod.addresses === "unknown" ? [] : pod.addresses.map(formatAddress);

/**
 * The cluster's pods, and which of them are live with which addresses (`livePods`), kept up pod by pod: a pod's change
 * concerns itself and those that claim an address that it claims or claimed.
 */
export class PodDirectory {
  readonly #pods = new Map<ObjectKey, Pod>();
  readonly #live = new Map<ObjectKey, Pod>();
  readonly #claims = new Map<string, Set<ObjectKey>>();
  readonly #byNamespace = new Map<string, Set<ObjectKey>>();

  /** Takes a pod as it now is, or that it is gone; returns what that changed among the live ones. */
  set(key: ObjectKey, pod: Pod | undefined): PodChange[] {
    const before = this.#pods.get(key);
    const rivals = new Set([key, ...this.#claimants(before), ...this.#claimants(pod)]);
    for (const address of addressTexts(before)) remove(this.#claims, address, key);
    for (const address of addressTexts(pod)) add(this.#claims, address, key);
    if (pod === undefined) this.#pods.delete(key);
    else this.#pods.set(key, pod);
    return this.#judge(rivals);
  }

  /** A live pod. */
  get(key: ObjectKey): Pod | undefined {
    return this.#live.get(key);
  }

  /** Live pods of one namespace, in no order. */
  inNamespace(namespace: string): Pod[] {
    return [...(this.#byNamespace.get(namespace) ?? [])].flatMap((key) => this.#live.get(key) ?? []);
  }

  namespaces(): Iterable<string> {
    return this.#byNamespace.keys();
  }

  #claimants(pod: Pod | undefined): ObjectKey[] {
    return addressTexts(pod).flatMap((address) => [...(this.#claims.get(address) ?? [])]);
  }

  /**
   * Judges the rivals anew, each among all who claim one of its addresses. Whoever has a claim beside a rival is a
   * rival's rival: its own other addresses are not in question, so it is judged with what it claims, but not reported.
   */
  #judge(rivals: ReadonlySet<ObjectKey>): PodChange[] {
    const jury = new Set([...rivals].flatMap((key) => [key, ...this.#claimants(this.#pods.get(key))]));
    const live = new Map(
      livePods([...jury].flatMap((key) => this.#pods.get(key) ?? [])).map((pod) => [keyOf(pod), pod]),
    );
    return [...rivals].flatMap((key) => {
      const before = this.#live.get(key);
      const after = live.get(key);
      if (before === after) return [];
      this.#place(key, before, after);
      return [{ key, before, after }];
    });
  }

  #place(key: ObjectKey, before: Pod | undefined, after: Pod | undefined): void {
    if (before !== undefined) remove(this.#byNamespace, before.namespace, key);
    if (after === undefined) this.#live.delete(key);
    else {
      this.#live.set(key, after);
      add(this.#byNamespace, after.namespace, key);
    }
  }
}

function add<K>(sets: Map<K, Set<ObjectKey>>, at: K, key: ObjectKey): void {
  const set = sets.get(at);
  if (set === undefined) sets.set(at, new Set([key]));
  else set.add(key);
}

function remove<K>(sets: Map<K, Set<ObjectKey>>, at: K, key: ObjectKey): void {
  const set = sets.get(at);
  set?.delete(key);
  if (set?.size === 0) sets.delete(at);
}
