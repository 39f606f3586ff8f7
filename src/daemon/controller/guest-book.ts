import { type Cidr, cidrAround, formatCidr } from "../../core/cidr.ts";
import type { ObjectKey, Pod } from "../../core/cluster.ts";

/** A pod that may be somebody's guest: it is on a node, and has addresses of its own. */
const mayBeGuest = ({ node, hostNetwork, finished, addresses }: Pod): boolean =>
  node !== undefined && !hostNetwork && !finished && addresses !== "unknown" && addresses.length > 0;

/**
 * Which nodes have pods of other nodes in their blocks, kept up: there should be none, and where there are, a block does not
 * tell whose an address is. A node cannot see that itself, as it follows its own pods only.
 */
export class GuestBook {
  readonly #pods = new Map<ObjectKey, Pod>();
  readonly #podCidrs = new Map<string, readonly Cidr[]>();
  /** By block, the nodes that have it. */
  #hosts: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  #lengths: ReadonlySet<string> = new Set();
  /** By node, its guests. */
  #guests = new Map<string, Set<ObjectKey>>();
  readonly #hostsOf = new Map<ObjectKey, readonly string[]>();
  readonly #changed = new Set<ObjectKey>();
  #areBlocksNew = false;

  setPod(key: ObjectKey, pod: Pod | undefined): void {
    if (pod !== undefined && mayBeGuest(pod)) this.#pods.set(key, pod);
    else this.#pods.delete(key);
    this.#changed.add(key);
  }

  setNode(name: string, podCidrs: readonly Cidr[] | undefined): void {
    const text = (blocks: readonly Cidr[] = []): string => blocks.map(formatCidr).join(" ");
    if (text(this.#podCidrs.get(name)) === text(podCidrs)) return;
    if (podCidrs === undefined) this.#podCidrs.delete(name);
    else this.#podCidrs.set(name, podCidrs);
    this.#areBlocksNew = true;
  }

  /** The first guest of a node, by name, so that the same guests are always told alike. */
  first(node: string): ObjectKey | undefined {
    this.#settle();
    const [first] = [...(this.#guests.get(node) ?? [])].sort();
    return first;
  }

  #settle(): void {
    if (this.#areBlocksNew) {
      this.#fileBlocks();
      this.#guests = new Map();
      this.#hostsOf.clear();
      for (const key of this.#pods.keys()) this.#changed.add(key);
    }
    this.#areBlocksNew = false;
    for (const key of this.#changed) this.#place(key);
    this.#changed.clear();
  }

  #fileBlocks(): void {
    const pairs = [...this.#podCidrs].flatMap(([node, blocks]) =>
      blocks.map((block) => [formatCidr(block), node] as const),
    );
    const byBlock = Map.groupBy(pairs, ([block]) => block);
    this.#hosts = new Map(
      [...byBlock].map(([block, found]) => [block, new Set(found.map(([, node]) => node))]),
    );
    this.#lengths = new Set(
      [...this.#podCidrs.values()].flat().map(({ family, length }) => `${family} ${length}`),
    );
  }

  #place(key: ObjectKey): void {
    for (const host of this.#hostsOf.get(key) ?? []) this.#guests.get(host)?.delete(key);
    const pod = this.#pods.get(key);
    const hosts = pod === undefined ? [] : this.#blocksAround(pod).filter((host) => host !== pod.node);
    if (hosts.length === 0) this.#hostsOf.delete(key);
    else this.#hostsOf.set(key, hosts);
    for (const host of hosts) {
      const guests = this.#guests.get(host) ?? new Set();
      guests.add(key);
      this.#guests.set(host, guests);
    }
  }

  /** The nodes in whose blocks the pod has an address; one look for each length that blocks have. */
  #blocksAround({ addresses }: Pod): string[] {
    if (addresses === "unknown") return [];
    return addresses.flatMap((address) =>
      [...this.#lengths].flatMap((each) => {
        const [family, length] = each.split(" ");
        if (family !== address.family) return [];
        return [...(this.#hosts.get(formatCidr(cidrAround(address, Number(length)))) ?? [])];
      }),
    );
  }
}
