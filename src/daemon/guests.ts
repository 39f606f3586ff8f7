import { type Cidr, formatCidr } from "../core/cidr.ts";
import type { ObjectKey, Pod } from "../core/cluster.ts";
import { isWithin } from "./gate-state.ts";

/** Pods of other nodes that have addresses in this node's pod CIDRs, kept up pod by pod. There should be none. */
export class Guests {
  readonly #node: string;
  readonly #keys = new Set<ObjectKey>();
  #podCidrs: readonly Cidr[] = [];

  constructor(node: string) {
    this.#node = node;
  }

  setPod(key: ObjectKey, pod: Pod | undefined): void {
    if (pod !== undefined && this.#isGuest(pod)) this.#keys.add(key);
    else this.#keys.delete(key);
  }

  /** `pods` are all that are known; looked at only where the blocks are others than before. */
  setPodCidrs(podCidrs: readonly Cidr[], pods: () => Iterable<readonly [ObjectKey, Pod]>): void {
    const text = (blocks: readonly Cidr[]): string => blocks.map(formatCidr).join(" ");
    if (text(podCidrs) === text(this.#podCidrs)) return;
    this.#podCidrs = podCidrs;
    for (const [key, pod] of pods()) this.setPod(key, pod);
  }

  /** The first by name, so that the same guests are always told alike. */
  first(): ObjectKey | undefined {
    return [...this.#keys].sort()[0];
  }

  #isGuest(pod: Pod): boolean {
    const isElsewhere = pod.node !== undefined && pod.node !== this.#node;
    return isElsewhere && !pod.hostNetwork && !pod.finished && isWithin(pod, this.#podCidrs);
  }
}
