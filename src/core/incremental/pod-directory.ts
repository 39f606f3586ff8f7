import { formatAddress } from "../address.ts";
import { type ObjectKey, type Pod, keyOf } from "../cluster.ts";
import { livePods } from "../live-pods.ts";
import type { GroupSelector } from "../policy.ts";
import { Drawers, filedUnder, pairsOf } from "./filing.ts";
import type { NamespaceDirectory } from "./namespace-directory.ts";

/** A live pod that came, went or changed. */
export interface PodChange {
  readonly key: ObjectKey;
  readonly before: Pod | undefined;
  readonly after: Pod | undefined;
}

const addressTexts = (pod: Pod | undefined): string[] =>
  pod === undefined || pod.addresses === "unknown" ? [] : pod.addresses.map(formatAddress);

const inNamespace = (namespace: string, pair: string): string => `${namespace}\n\n${pair}`;

/**
 * The cluster's pods, and which of them are live with which addresses (`livePods`), kept up pod by pod: a pod's change
 * concerns itself and those that claim an address that it claims or claimed.
 */
export class PodDirectory {
  readonly #pods = new Map<ObjectKey, Pod>();
  readonly #live = new Map<ObjectKey, Pod>();
  readonly #claims = new Drawers<ObjectKey>();
  readonly #byNamespace = new Drawers<ObjectKey>();
  readonly #byLabel = new Drawers<ObjectKey>();
  readonly #byNamespaceAndLabel = new Drawers<ObjectKey>();
  readonly #byNode = new Drawers<ObjectKey>();
  #all: readonly Pod[] | undefined;
  readonly #onNode = new Map<string, readonly Pod[]>();

  /** Takes a pod as it now is, or that it is gone; returns what that changed among the live ones. */
  set(key: ObjectKey, pod: Pod | undefined): PodChange[] {
    const before = this.#pods.get(key);
    const rivals = new Set([key, ...this.#claimants(before), ...this.#claimants(pod)]);
    for (const address of addressTexts(before)) this.#claims.delete(address, key);
    for (const address of addressTexts(pod)) this.#claims.add(address, key);
    if (pod === undefined) this.#pods.delete(key);
    else this.#pods.set(key, pod);
    return this.#judge(rivals);
  }

  /** All live pods, in no order. */
  all(): readonly Pod[] {
    this.#all ??= [...this.#live.values()];
    return this.#all;
  }

  /** Live pods of one node, in no order. */
  onNode(node: string): readonly Pod[] {
    const known = this.#onNode.get(node);
    if (known !== undefined) return known;
    const pods = this.#podsOf(this.#byNode.get(node));
    this.#onNode.set(node, pods);
    return pods;
  }

  /** Live pods of one namespace, in no order. */
  inNamespace(namespace: string): Pod[] {
    return this.#podsOf(this.#byNamespace.get(namespace));
  }

  /** A superset of the group's members, the smaller of two where pods' and namespaces' labels both narrow it down. */
  candidates({ namespaces, pods }: GroupSelector, directory: NamespaceDirectory): Pod[] {
    const pairs = filedUnder(pods);
    const names = namespaces.kind === "named" ? [namespaces.name] : directory.candidates(namespaces.selector);
    if (pairs === undefined) {
      return (names ?? [...this.#byNamespace.names()]).flatMap((name) => this.inNamespace(name));
    }
    const everywhere = pairs.reduce((sum, pair) => sum + this.#byLabel.get(pair).size, 0);
    if (names === undefined || everywhere <= names.length * pairs.length) {
      return pairs.flatMap((pair) => this.#podsOf(this.#byLabel.get(pair)));
    }
    return names.flatMap((name) =>
      pairs.flatMap((pair) => this.#podsOf(this.#byNamespaceAndLabel.get(inNamespace(name, pair)))),
    );
  }

  #podsOf(keys: Iterable<ObjectKey>): Pod[] {
    return [...keys].flatMap((key) => this.#live.get(key) ?? []);
  }

  #claimants(pod: Pod | undefined): ObjectKey[] {
    return addressTexts(pod).flatMap((address) => [...this.#claims.get(address)]);
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
      this.#file(key, before, after);
      return [{ key, before, after }];
    });
  }

  #file(key: ObjectKey, before: Pod | undefined, after: Pod | undefined): void {
    this.#all = undefined;
    for (const node of [before?.node, after?.node]) if (node !== undefined) this.#onNode.delete(node);
    if (before !== undefined) {
      this.#byNamespace.delete(before.namespace, key);
      if (before.node !== undefined) this.#byNode.delete(before.node, key);
      for (const pair of pairsOf(before.labels)) {
        this.#byLabel.delete(pair, key);
        this.#byNamespaceAndLabel.delete(inNamespace(before.namespace, pair), key);
      }
    }
    if (after === undefined) {
      this.#live.delete(key);
      return;
    }
    this.#live.set(key, after);
    this.#byNamespace.add(after.namespace, key);
    if (after.node !== undefined) this.#byNode.add(after.node, key);
    for (const pair of pairsOf(after.labels)) {
      this.#byLabel.add(pair, key);
      this.#byNamespaceAndLabel.add(inNamespace(after.namespace, pair), key);
    }
  }
}
