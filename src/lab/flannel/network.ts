import { FAMILIES, type Family } from "../backend.ts";
import type { NodeAddressing } from "../addressing.ts";

/** flannel's VXLAN device of each family. */
const VXLAN_DEVICES: Readonly<Record<Family, string>> = { v4: "flannel.1", v6: "flannel-v6.1" };

// The underlay's 1500 less the outer headers: IPv6's is 20 bytes longer.
const MTU: Readonly<Record<Family, number>> = { v4: 1450, v6: 1430 };
const HOST_PREFIX: Readonly<Record<Family, number>> = { v4: 32, v6: 128 };

/**
 * `ip -batch` lines that make a node's VXLAN devices and, for each other node, the on-link route and the
 * permanent neighbour that flannel's vxlan backend writes (flannel, pkg/backend/vxlan). The underlay must be
 * up.
 */
export function vxlanLinks(node: NodeAddressing, peers: readonly NodeAddressing[]): string[] {
  return FAMILIES.flatMap((family) => {
    const device = VXLAN_DEVICES[family];
    return [
      `link add ${device} address ${node.vtepMacs[family]} mtu ${MTU[family]} type vxlan id 1 dev eth0` +
        ` local ${node.addresses[family]} dstport 8472 nolearning`,
      // A host address, so that no broadcast or subnet route comes with it.
      `addr add ${node.vteps[family]}/${HOST_PREFIX[family]} dev ${device}${family === "v6" ? " nodad" : ""}`,
      `link set ${device} up`,
      ...peers.flatMap((peer) => [
        `neigh replace ${peer.vteps[family]} lladdr ${peer.vtepMacs[family]} dev ${device} nud permanent`,
        `route replace ${peer.podCidrs[family]} via ${peer.vteps[family]} dev ${device} onlink`,
      ]),
    ];
  });
}

/** `bridge -batch` lines: behind which node each peer's VXLAN device is. */
export function vxlanForwarding(peers: readonly NodeAddressing[]): string[] {
  return peers.flatMap((peer) =>
    FAMILIES.map(
      (family) =>
        `fdb append ${peer.vtepMacs[family]} dev ${VXLAN_DEVICES[family]} dst ${peer.addresses[family]} self permanent`,
    ),
  );
}

/** `ip -batch` lines of flannel's host-gw backend: the other nodes' pods are behind the other nodes. */
export function hostGatewayRoutes(peers: readonly NodeAddressing[]): string[] {
  return peers.flatMap((peer) =>
    FAMILIES.map((family) => `route replace ${peer.podCidrs[family]} via ${peer.addresses[family]} dev eth0`),
  );
}
