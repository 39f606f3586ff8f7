import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { type Address, addressBits } from "../core/address.ts";
import { type Cidr, isInCidr, parseCidr } from "../core/cidr.ts";
import type { Pod } from "../core/cluster.ts";
import { sameList } from "../core/same-list.ts";
import { type Host, plainHost } from "../render/host.ts";

/** Names that a rule can bear without quoting; the kernel takes stranger ones. */
const PLAIN_NAME = /^[\w.-]{1,15}$/;

type Interfaces = NodeJS.Dict<readonly Pick<NetworkInterfaceInfo, "cidr">[]>;

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

/** What of the node itself the rules hang on, as it is now. The same value as long as nothing of it changed. */
export class NodeHost {
  #host: Host;

  constructor(known: Partial<Pick<Host, "selfTraffic" | "denial">> = {}) {
    this.#host = { ...plainHost, ...known };
  }

  /** `pods` are the node's own live pods. */
  now(pods: readonly Pod[]): Host {
    const addresses = pods.flatMap((pod) => (pod.addresses === "unknown" ? [] : pod.addresses));
    const bridges = sameList(this.#host.bridges, podLinks(networkInterfaces(), addresses));
    if (bridges !== this.#host.bridges) this.#host = { ...this.#host, bridges };
    return this.#host;
  }
}
