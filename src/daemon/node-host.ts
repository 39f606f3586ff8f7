import { type Address, addressBits } from "../core/address.ts";
import { type Cidr, isInCidr, parseCidr } from "../core/cidr.ts";
import type { Pod } from "../core/cluster.ts";
import { haveSameAddresses } from "../core/have-same-addresses.ts";
import { sameList } from "../core/same-list.ts";
import { type Host, plainHost } from "../render/host.ts";
import { type Interfaces, type OwnNetwork, ownNetwork } from "./own-network.ts";

/** Names that a rule can bear without quoting; the kernel takes stranger ones. */
const PLAIN_NAME = /^[\w.-]{1,15}$/;

/** Milliseconds for which the node's links and addresses are believed to be as they were read, where no pod comes or goes. */
const BELIEVED = 1_000;

const hasHosts = ({ family, length }: Cidr): boolean => length < addressBits[family];

/**
 * The links with an address of the node in a block that pods of the node are in: the bridge of the bridge plugin, for one.
 * On a link that is no bridge no packet passes from itself to itself by a link-local address.
 */
export function podLinks(interfaces: Interfaces, addresses: readonly Address[]): string[] {
  const holdsPods = (text: string | null): boolean => {
    // Every veth has a link-local one, in which no pod is known.
    const block = text === null || text.startsWith("fe80:") ? undefined : parseCidr(text);
    return block !== undefined && hasHosts(block) && addresses.some((address) => isInCidr(address, block));
  };
  return Object.entries(interfaces)
    .filter(([name, entries = []]) => PLAIN_NAME.test(name) && entries.some(({ cidr }) => holdsPods(cidr)))
    .map(([name]) => name)
    .sort();
}

/** What of the node itself the rules hang on. */
export interface HostNow {
  readonly host: Host;
  /** The node's own addresses, whatever link has them. */
  readonly own: readonly Address[];
}

export interface NodeHostOptions {
  /** What is known from the start. */
  readonly known?: Partial<Pick<Host, "selfTraffic" | "denial">> | undefined;
  readonly read?: () => OwnNetwork;
  /** Milliseconds. */
  readonly clock?: () => number;
}

/**
 * What of the node itself the rules hang on, as it is now. To read it costs more than all else of a pass where a node has hundreds
 * of pods; so it is read where pods come and go, as links come with them, and else once in a while. What changes by itself meanwhile
 * waits for the next look as it did before: an address that the node has got since is closed by the start gate, and on a bridge that
 * has got an address in the pods' block since, link-local addresses are open.
 */
export class NodeHost {
  readonly #read: () => OwnNetwork;
  readonly #clock: () => number;
  #host: Host;
  #pods: readonly Pod[] = [];
  #network: OwnNetwork = { interfaces: {}, addresses: [] };
  #readAt = -Infinity;

  constructor({ known, read = ownNetwork, clock = () => performance.now() }: NodeHostOptions = {}) {
    this.#host = { ...plainHost, ...known };
    this.#read = read;
    this.#clock = clock;
  }

  /** `pods` are the node's own live pods. Each part is the same value as long as nothing of it changed. */
  now(pods: readonly Pod[]): HostNow {
    const isSame = haveSameAddresses(this.#pods, pods);
    this.#pods = pods;
    if (!isSame || this.#clock() - this.#readAt >= BELIEVED) this.#look(isSame);
    return { host: this.#host, own: this.#network.addresses };
  }

  #look(isSame: boolean): void {
    const network = this.#read();
    this.#readAt = this.#clock();
    if (isSame && network === this.#network) return;
    this.#network = network;
    const addresses = this.#pods.flatMap((pod) => (pod.addresses === "unknown" ? [] : pod.addresses));
    const bridges = sameList(this.#host.bridges, podLinks(network.interfaces, addresses));
    if (bridges !== this.#host.bridges) this.#host = { ...this.#host, bridges };
  }
}
