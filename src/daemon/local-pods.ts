import { formatAddress } from "../core/address.ts";
import { type ObjectKey, type Pod, keyOf } from "../core/cluster.ts";
import type { CniEntries } from "./cni-cache.ts";
import type { CniEntry } from "./cni-entry.ts";

/** Takes a pod as it is, or that it is gone. */
export type PodListener = (key: ObjectKey, pod: Pod | undefined) => void;

/**
 * The cluster's pods as the API tells them, but for the addresses of this node's: of those the CNI result cache knows first,
 * and best. A pod whose entry is there has that entry's addresses, whatever its status says or does not say yet; one whose
 * entry has gone has none, though its status may show them for seconds; one that never had an entry (another runtime, a
 * cache elsewhere) has its status's.
 */
export class LocalPods {
  readonly #node: string;
  readonly #listener: PodListener;
  /** This node's, as the API tells them. */
  readonly #pods = new Map<ObjectKey, Pod>();
  /** The same, as the listener was told. */
  readonly #told = new Map<ObjectKey, Pod>();
  /** Those whose entry has gone: only their end is to come. */
  readonly #released = new Set<ObjectKey>();
  #entries: ReadonlyMap<ObjectKey, readonly CniEntry[]> = new Map();
  /** By address: the entry that has it, the last written of several. */
  #owners: ReadonlyMap<string, CniEntry> = new Map();

  constructor(node: string, listener: PodListener) {
    this.#node = node;
    this.#listener = listener;
  }

  /** Takes what the API tells. */
  setPod(key: ObjectKey, pod: Pod | undefined): void {
    const before = this.#pods.get(key);
    if (before?.uid !== pod?.uid) this.#released.delete(key);
    if (pod?.node === this.#node && !pod.hostNetwork) {
      this.#pods.set(key, pod);
      this.#told.set(key, this.#asHere(pod));
      this.#listener(key, this.#told.get(key));
      return;
    }
    this.#pods.delete(key);
    this.#told.delete(key);
    this.#listener(key, pod);
  }

  /** Takes what the CNI result cache holds. */
  setEntries(entries: CniEntries): void {
    const had = this.#entries;
    this.#entries = Map.groupBy(entries ?? [], ({ pod }) => pod);
    for (const [key, pod] of this.#pods) {
      // No cache at all tells nothing of anybody.
      if (entries === undefined || entriesOf(this.#entries, pod).length > 0) this.#released.delete(key);
      else if (entriesOf(had, pod).length > 0) this.#released.add(key);
    }
    this.#owners = new Map(
      (entries ?? []).flatMap((entry) => entry.addresses.map((address) => [formatAddress(address), entry])),
    );
    for (const [key, pod] of this.#pods) {
      const here = this.#asHere(pod);
      if (addressText(here) === addressText(this.#told.get(key))) continue;
      this.#told.set(key, here);
      this.#listener(key, here);
    }
  }

  #asHere(pod: Pod): Pod {
    const entries = entriesOf(this.#entries, pod);
    if (entries.length === 0 && this.#released.has(keyOf(pod))) return { ...pod, addresses: [] };
    const claimed = entries.length === 0 ? pod.addresses : entries.flatMap(({ addresses }) => addresses);
    if (claimed === "unknown") return pod;
    const byText = new Map(claimed.map((address) => [formatAddress(address), address]));
    const own = [...byText].filter(([text]) => {
      const owner = this.#owners.get(text);
      return owner === undefined || isOf(owner, pod);
    });
    return { ...pod, addresses: own.map(([, address]) => address) };
  }
}

/** A pod's name may have been another's before; its UID tells them apart where both sides tell it. */
const isOf = (entry: CniEntry, pod: Pod): boolean =>
  entry.pod === keyOf(pod) && (entry.uid === undefined || pod.uid === undefined || entry.uid === pod.uid);

const entriesOf = (entries: ReadonlyMap<ObjectKey, readonly CniEntry[]>, pod: Pod): CniEntry[] =>
  (entries.get(keyOf(pod)) ?? []).filter((entry) => isOf(entry, pod));

const addressText = (pod: Pod | undefined): string =>
  pod === undefined || pod.addresses === "unknown" ? "" : pod.addresses.map(formatAddress).join(" ");
