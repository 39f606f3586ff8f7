import type { NetworkConfigList } from "./config.ts";

/** The network that containerd attaches every pod to before any other: it sets `lo` up. */
export const LOOPBACK_CONFLIST: NetworkConfigList = {
  cniVersion: "1.0.0",
  name: "cni-loopback",
  plugins: [{ type: "loopback" }],
};
