/** One of each family. */
export interface DualStack {
  readonly v4: string;
  readonly v6: string;
}

/** The cluster's pod network, flannel's `Network` and `IPv6Network`. */
export const POD_NETWORK: DualStack = { v4: "10.244.0.0/16", v6: "fd00:10:244::/48" };

/** The network of Services' addresses. */
export const SERVICE_NETWORK: DualStack = { v4: "10.96.0.0/16", v6: "fd00:10:96::/112" };

/** The network between the nodes. */
export const NODE_NETWORK: DualStack = { v4: "192.168.77.0/24", v6: "fd00:192:168:77::/64" };

/** The world beyond the cluster: documentation addresses, so that nothing real is ever meant. */
export const OUTSIDE_NETWORK: DualStack = { v4: "203.0.113.0/24", v6: "2001:db8:113::/64" };

/** The fabric's router on the nodes' network. */
export const NODE_ROUTER: DualStack = { v4: "192.168.77.1", v6: "fd00:192:168:77::1" };

/** The fabric's router on the outside network. */
export const OUTSIDE_ROUTER: DualStack = { v4: "203.0.113.1", v6: "2001:db8:113::1" };

/** The outside host's addresses: two, so that an ipBlock may hold one and except the other. */
export const OUTSIDE_ADDRESSES: readonly [DualStack, DualStack] = [
  { v4: "203.0.113.10", v6: "2001:db8:113::10" },
  { v4: "203.0.113.200", v6: "2001:db8:113::200" },
];

/** What a node is called and where it is on every network; nodes count from 1. */
export interface NodeAddressing {
  readonly name: string;
  readonly index: number;
  readonly addresses: DualStack;
  readonly podCidrs: DualStack;
  /** `cni0`'s addresses, the pods' gateways: the first of the pod CIDRs, as host-local gives them. */
  readonly gateways: DualStack;
  /** The addresses of `flannel.1` and `flannel-v6.1`: the base of each pod CIDR, as flannel takes them. */
  readonly vteps: DualStack;
  /** Their link-layer addresses; flannel lets the kernel choose and announces them. */
  readonly vtepMacs: DualStack;
}

/** Node number `index`, from 1 to 99: more would not fit the scheme, nor a machine. */
export function nodeAddressing(index: number): NodeAddressing {
  if (!Number.isInteger(index) || index < 1 || index > 99) throw new Error(`no node ${index}: want 1 to 99`);
  // One spelling in both families: node 12 is .112 and ::112, pod CIDR 10.244.12.0/24 and
  // fd00:10:244:12::/64.
  const host = 100 + index;
  const octet = index.toString().padStart(2, "0");
  return {
    name: `node${index}`,
    index,
    addresses: { v4: `192.168.77.${host}`, v6: `fd00:192:168:77::${host}` },
    podCidrs: { v4: `10.244.${index}.0/24`, v6: `fd00:10:244:${index}::/64` },
    gateways: { v4: `10.244.${index}.1`, v6: `fd00:10:244:${index}::1` },
    vteps: { v4: `10.244.${index}.0`, v6: `fd00:10:244:${index}::` },
    vtepMacs: { v4: `02:f1:a0:04:00:${octet}`, v6: `02:f1:a0:06:00:${octet}` },
  };
}
