import { type Address, formatAddress } from "./address.ts";
import type { Node, Pod } from "./cluster.ts";
import type { End } from "./end.ts";

/** Tells who has an address: a live pod, else a node, else nobody that the cluster knows. */
export type AddressBook = (address: Address) => End;

/** Makes the book. `pods` are live pods (`livePods`), so that each address has one owner. */
export function addressBook(pods: readonly Pod[], nodes: readonly Node[]): AddressBook {
  const ends = new Map<string, (address: Address) => End>();
  for (const node of nodes) {
    for (const own of node.addresses) {
      ends.set(formatAddress(own), (address) => ({ kind: "node", name: node.name, addresses: [address] }));
    }
  }
  for (const pod of pods) {
    if (pod.addresses === "unknown") continue;
    for (const own of pod.addresses)
      ends.set(formatAddress(own), (address) => ({ kind: "pod", pod, address }));
  }
  return (address) => ends.get(formatAddress(address))?.(address) ?? { kind: "address", address };
}
