import { type Address, formatAddress } from "./address.ts";
import { type Pod, keyOf } from "./cluster.ts";

/** Newer first; of one age the first by key, so that every node decides alike. */
function hasPrecedence(a: Pod, b: Pod): boolean {
  return a.createdAt === b.createdAt ? keyOf(a) < keyOf(b) : a.createdAt > b.createdAt;
}

/**
 * The pods that policies can isolate and selectors can match, each with the addresses that are really its own.
 * Left out are hostNetwork pods (their traffic is their node's), finished pods, and pods without an address.
 * Where two pods claim one address the newest has it: the other is on its way out and its containers are gone.
 */
export function livePods(pods: Iterable<Pod>): Pod[] {
  const candidates = [...pods].filter(({ hostNetwork, finished }) => !hostNetwork && !finished);
  const owners = new Map<string, Pod>();
  for (const pod of candidates) {
    if (pod.addresses === "unknown") continue;
    for (const address of pod.addresses) {
      const text = formatAddress(address);
      const owner = owners.get(text);
      if (owner === undefined || hasPrecedence(pod, owner)) owners.set(text, pod);
    }
  }
  return candidates.flatMap((pod) => {
    if (pod.addresses === "unknown") return [pod];
    const isOwn = (address: Address): boolean => owners.get(formatAddress(address)) === pod;
    const addresses = pod.addresses.filter(isOwn);
    if (addresses.length === 0) return [];
    return [addresses.length === pod.addresses.length ? pod : { ...pod, addresses }];
  });
}
