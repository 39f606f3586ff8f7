import { POD_NETWORK, type NodeAddressing } from "../addressing.ts";
import { FAMILIES } from "../backend.ts";
import type { NetworkConfigList } from "../cni/config.ts";

/** The network's name in flannel's own manifests. */
const POD_NETWORK_NAME = "cbr0";

/**
 * The chain that a runtime runs for a pod on a flannel node: the bridge plugin, configured as flannel's CNI
 * plugin delegates to it, then portmap.
 */
export function flannelConflist(node: NodeAddressing): NetworkConfigList {
  return {
    cniVersion: "1.0.0",
    name: POD_NETWORK_NAME,
    plugins: [
      {
        type: "bridge",
        bridge: "cni0",
        hairpinMode: true,
        ipMasq: false,
        isDefaultGateway: true,
        isGateway: true,
        mtu: 1450,
        ipam: {
          type: "host-local",
          ranges: [[{ subnet: node.podCidrs.v4 }], [{ subnet: node.podCidrs.v6 }]],
          // flannel leaves the gateway out and ADD fills it in with this very one; but CHECK would then look
          // for a route without a gateway and not find it (plugins 1.1.1, ValidateExpectedRoute).
          routes: FAMILIES.map((family) => ({ dst: POD_NETWORK[family], gw: node.gateways[family] })),
        },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
}
