import type { Exec } from "../kernel/exec.ts";
import type { Backend } from "./backend.ts";

/** How a pod is joined to its node: by flannel's bridge, or by a routed veth of its own, as Calico's pods are. */
export type PodNetwork = "bridge" | "ptp";

/** How pods reach the other nodes: flannel's two common backends. */
export type FlannelBackend = "vxlan" | "host-gw";

/** How kube-proxy writes Services. */
export type ProxyMode = "iptables" | "nftables";

/** What kind of cluster a lab is. */
export interface LabShape {
  /** Which iptables flannel, portmap and kube-proxy in its iptables mode use. */
  readonly backend: Backend;
  readonly network: PodNetwork;
  readonly flannel: FlannelBackend;
  readonly proxy: ProxyMode;
}

/** The shape of most clusters with flannel. */
export const USUAL_SHAPE: LabShape = {
  backend: "nft",
  network: "bridge",
  flannel: "vxlan",
  proxy: "iptables",
};

/** What every part of one lab knows of it. */
export interface LabContext extends LabShape {
  readonly name: string;
  /** Everything that the lab keeps in files. */
  readonly dir: string;
  /** Where the CNI plugins are. */
  readonly cniDir: string;
  /** Runs on the machine itself, outside all of the lab's namespaces, marked as the lab's. */
  readonly exec: Exec;
}
