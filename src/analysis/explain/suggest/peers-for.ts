import { type Address, addressBits, formatAddress, parseAddress } from "../../../core/address.ts";
import { cidrAround, formatCidr, parseCidr } from "../../../core/cidr.ts";
import type { NetworkPolicyPeer } from "../../../core/network-policy.ts";
import type { Party } from "../../party.ts";
import { NAME_LABEL } from "../rule-scope.ts";
import { stableLabels } from "./stable-labels.ts";

const blockOf = (address: Address): NetworkPolicyPeer => ({
  ipBlock: { cidr: formatCidr(cidrAround(address, addressBits[address.family])) },
});

/** The blocks that the name of an end outside spells; `undefined` where it does not spell them all. */
function namedBlocks(name: string): NetworkPolicyPeer[] | undefined {
  const peers: NetworkPolicyPeer[] = [];
  for (const text of name.split(",")) {
    const address = parseAddress(text);
    const cidr = parseCidr(text);
    if (address !== undefined) peers.push(blockOf(address));
    else if (cidr !== undefined) peers.push({ ipBlock: { cidr: formatCidr(cidr) } });
    else return undefined;
  }
  return peers;
}

/**
 * The narrowest peers by which a policy of `namespace` can name a party for good: a pod by its labels and its namespace's
 * name, all else by addresses. Empty where it cannot be named.
 */
export function peersFor({ name, end }: Party, namespace: string): NetworkPolicyPeer[] {
  switch (end.kind) {
    case "pod": {
      const labels = stableLabels(end.pod.labels);
      const podSelector = Object.keys(labels).length === 0 ? {} : { matchLabels: labels };
      if (end.pod.namespace === namespace) return [{ podSelector }];
      return [{ namespaceSelector: { matchLabels: { [NAME_LABEL]: end.pod.namespace } }, podSelector }];
    }
    case "node":
      return end.addresses === "unknown" ? [] : end.addresses.map(blockOf);
    case "address":
      return namedBlocks(name) ?? [];
  }
}

/** A word for a policy's name: `front`, `203-0-113-9`. */
export function wordFor({ name, end }: Party): string {
  const text = end.kind === "pod" ? end.pod.name : end.kind === "address" ? formatAddress(end.address) : name;
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60)
    .replace(/-+$/, "");
}
