/** What the cluster is like. */
export interface ClusterShape {
  readonly nodes: number;
  /** flannel's backend. */
  readonly flannel: "vxlan" | "host-gw";
  readonly dualStack: boolean;
  /** kube-proxy's mode. */
  readonly proxy: "iptables" | "nftables";
}

export const defaultShape: ClusterShape = { nodes: 2, flannel: "vxlan", dualStack: false, proxy: "iptables" };

/** Addresses of the cluster; all of them inside namespaces of its own. */
export const plan = {
  lan: {
    v4: (host: number): string => `192.168.77.${host}`,
    v6: (host: number): string => `fd00:77::${host}`,
  },
  pods: { v4: "10.244.0.0/16", v6: "fd00:10:244::/56" },
  services: { v4: "10.96.0.0/16", v6: "fd00:10:96::/112" },
  dns: "10.96.0.10",
  controlPlane: 10,
  port: 6443,
} as const;

/** The host number of node `i`, counted from 1. */
export const hostOf = (node: number): number => 10 + node;

export const nodeNames = ({ nodes }: ClusterShape): string[] =>
  Array.from({ length: nodes }, (_, i) => `n${i + 1}`);

export const shapeText = ({ nodes, flannel, dualStack, proxy }: ClusterShape): string =>
  `${nodes} nodes, flannel ${flannel}, ${dualStack ? "dual stack" : "IPv4"}, kube-proxy ${proxy}`;

/** Both families' blocks, or IPv4's alone. */
export const both = (
  { dualStack }: ClusterShape,
  { v4, v6 }: { readonly v4: string; readonly v6: string },
): string => (dualStack ? `${v4},${v6}` : v4);
