import { POD_NETWORK, type NodeAddressing } from "../addressing.ts";
import type { Family } from "../backend.ts";

const MULTICAST: Readonly<Record<Family, string>> = { v4: "224.0.0.0/4", v6: "ff00::/8" };

/**
 * What flanneld 0.2x writes with `--ip-masq`, as `iptables-restore --noflush` text: accept whatever is
 * forwarded from or to the pod network, masquerade what leaves it (flannel, pkg/trafficmngr/iptables).
 */
export function flannelRules(node: NodeAddressing, family: Family): string {
  const cluster = POD_NETWORK[family];
  const pods = node.podCidrs[family];
  const masq = '-m comment --comment "flanneld masq"';
  const forward = '-m comment --comment "flanneld forward"';
  return [
    "*nat",
    ":FLANNEL-POSTRTG - [0:0]",
    `-A POSTROUTING ${masq} -j FLANNEL-POSTRTG`,
    // kube-proxy's mark: it masquerades those itself.
    `-A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 ${masq} -j RETURN`,
    `-A FLANNEL-POSTRTG -s ${pods} -d ${cluster} ${masq} -j RETURN`,
    `-A FLANNEL-POSTRTG -s ${cluster} -d ${pods} ${masq} -j RETURN`,
    `-A FLANNEL-POSTRTG ! -s ${cluster} -d ${pods} ${masq} -j RETURN`,
    `-A FLANNEL-POSTRTG -s ${cluster} ! -d ${MULTICAST[family]} ${masq} -j MASQUERADE --random-fully`,
    `-A FLANNEL-POSTRTG ! -s ${cluster} -d ${cluster} ${masq} -j MASQUERADE --random-fully`,
    "COMMIT",
    "*filter",
    ":FLANNEL-FWD - [0:0]",
    `-A FORWARD ${forward} -j FLANNEL-FWD`,
    `-A FLANNEL-FWD -s ${cluster} ${forward} -j ACCEPT`,
    `-A FLANNEL-FWD -d ${cluster} ${forward} -j ACCEPT`,
    "COMMIT",
    "",
  ].join("\n");
}
