import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unpacked } from "../build/debian-packages.ts";
import { PAUSE_IMAGE } from "../build/test-images.ts";
import { PREFIX, inHome } from "./home.ts";
import { pki } from "./pki.ts";
import { type ClusterShape, both, plan } from "./shape.ts";

export const nodeFolder = (node: string): string => inHome(node);
export const cgroupOf = (node: string): string => `${PREFIX}-${node}`;

const containerd = `version = 3
root = "/var/lib/containerd"
state = "/run/containerd"
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.cri.v1.images"]
  snapshotter = "overlayfs"
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "${PAUSE_IMAGE}"
[plugins."io.containerd.cri.v1.runtime"]
  disable_apparmor = true
  restrict_oom_score_adj = true
[plugins."io.containerd.cri.v1.runtime".cni]
  bin_dirs = ["/opt/cni/bin"]
  conf_dir = "/etc/cni/net.d"
[plugins."io.containerd.cri.v1.runtime".containerd]
  default_runtime_name = "runc"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
  BinaryName = "${unpacked.runc}"
  SystemdCgroup = false
[plugins."io.containerd.nri.v1.nri"]
  disable = true
`;

const kubelet = (node: string): unknown => ({
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: join(pki, "ca.crt") },
  },
  authorization: { mode: "Webhook" },
  tlsCertFile: join(pki, `kubelet-${node}.crt`),
  tlsPrivateKeyFile: join(pki, `kubelet-${node}.key`),
  cgroupDriver: "cgroupfs",
  cgroupRoot: `/${cgroupOf(node)}`,
  cgroupsPerQOS: true,
  enforceNodeAllocatable: [],
  failCgroupV1: false,
  failSwapOn: false,
  containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
  clusterDNS: [plan.dns],
  clusterDomain: "cluster.local",
  resolvConf: join(nodeFolder(node), "resolv.conf"),
  imageGCHighThresholdPercent: 100,
  evictionHard: {
    "memory.available": "50Mi",
    "nodefs.available": "0%",
    "nodefs.inodesFree": "0%",
    "imagefs.available": "0%",
  },
  localStorageCapacityIsolation: false,
});

const kubeProxy = (shape: ClusterShape, node: string): unknown => ({
  apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
  kind: "KubeProxyConfiguration",
  mode: shape.proxy,
  clusterCIDR: both(shape, plan.pods),
  hostnameOverride: node,
  clientConnection: { kubeconfig: inHome("kube-proxy.kubeconfig") },
  // These are of the whole machine.
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
  healthzBindAddress: "127.0.0.1:10256",
  metricsBindAddress: "127.0.0.1:10249",
});

const flannel = ({ flannel: backend, dualStack }: ClusterShape): unknown => ({
  Network: plan.pods.v4,
  ...(dualStack && { EnableIPv6: true, IPv6Network: plan.pods.v6 }),
  Backend: { Type: backend },
});

/** Writes what the node's programs are started with; JSON is YAML. */
export async function writeNodeConfigs(shape: ClusterShape, node: string): Promise<void> {
  const folder = nodeFolder(node);
  await mkdir(folder, { recursive: true });
  const write = (name: string, value: unknown): Promise<void> =>
    writeFile(join(folder, name), typeof value === "string" ? value : JSON.stringify(value, undefined, 1));
  await write("containerd.toml", containerd);
  await write("kubelet.yaml", kubelet(node));
  await write("kube-proxy.yaml", kubeProxy(shape, node));
  await write("net-conf.json", flannel(shape));
  await write("resolv.conf", `nameserver ${plan.dns}\n`);
}
