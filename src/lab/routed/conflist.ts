import type { NodeAddressing } from "../addressing.ts";
import type { NetworkConfigList } from "../cni/config.ts";

const DEFAULT_ROUTE = { v4: "0.0.0.0/0", v6: "::/0" } as const;

/**
 * A pod network without a bridge: every pod has a veth of its own, and its node routes between them, as Calico's does. Two pods
 * of one node meet the node's rules without br_netfilter.
 */
export function routedConflist(node: NodeAddressing): NetworkConfigList {
  return {
    cniVersion: "1.0.0",
    name: "routed",
    plugins: [
      {
        type: "ptp",
        ipMasq: false,
        mtu: 1450,
        ipam: {
          type: "host-local",
          ranges: [[{ subnet: node.podCidrs.v4 }], [{ subnet: node.podCidrs.v6 }]],
          routes: [
            { dst: DEFAULT_ROUTE.v4, gw: node.gateways.v4 },
            { dst: DEFAULT_ROUTE.v6, gw: node.gateways.v6 },
          ],
        },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
}
