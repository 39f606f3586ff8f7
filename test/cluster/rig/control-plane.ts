import { join } from "node:path";
import { programs } from "../build/cache.ts";
import { unpacked } from "../build/debian-packages.ts";
import { inHome, inNetns } from "./home.ts";
import { kubectl } from "./kubectl.ts";
import { kubeconfig, pki } from "./pki.ts";
import { start } from "./processes.ts";
import { type ClusterShape, both, nodeNames, plan } from "./shape.ts";
import { until } from "./until.ts";

const CLIENTS = "http://127.0.0.1:2379";
const PEERS = "http://127.0.0.1:2380";

const within = (program: string, ...flags: readonly string[]): readonly string[] => [
  ...inNetns("cp"),
  join(programs, program),
  ...flags,
];

const key = (name: string): string => join(pki, name);

const etcd = (): readonly string[] => [
  ...inNetns("cp"),
  unpacked.etcd,
  "--name=e2e",
  `--data-dir=${inHome("etcd")}`,
  `--listen-client-urls=${CLIENTS}`,
  `--advertise-client-urls=${CLIENTS}`,
  `--listen-peer-urls=${PEERS}`,
  `--initial-advertise-peer-urls=${PEERS}`,
  `--initial-cluster=e2e=${PEERS}`,
  // It is thrown away with the cluster.
  "--unsafe-no-fsync",
];

const apiserver = (shape: ClusterShape): readonly string[] =>
  within(
    "kube-apiserver",
    `--etcd-servers=${CLIENTS}`,
    `--secure-port=${plan.port}`,
    `--advertise-address=${plan.lan.v4(plan.controlPlane)}`,
    `--cert-dir=${inHome("apiserver-certs")}`,
    `--tls-cert-file=${key("apiserver.crt")}`,
    `--tls-private-key-file=${key("apiserver.key")}`,
    `--client-ca-file=${key("ca.crt")}`,
    `--token-auth-file=${key("tokens.csv")}`,
    "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
    `--service-account-key-file=${key("sa.pub")}`,
    `--service-account-signing-key-file=${key("sa.key")}`,
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    `--service-cluster-ip-range=${both(shape, plan.services)}`,
    "--allow-privileged=true",
    `--kubelet-client-certificate=${key("apiserver-kubelet-client.crt")}`,
    `--kubelet-client-key=${key("apiserver-kubelet-client.key")}`,
    `--kubelet-certificate-authority=${key("ca.crt")}`,
    "--kubelet-preferred-address-types=InternalIP",
    `--requestheader-client-ca-file=${key("front-proxy-ca.crt")}`,
    "--requestheader-allowed-names=front-proxy-client",
    "--requestheader-username-headers=X-Remote-User",
    "--requestheader-group-headers=X-Remote-Group",
    "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    `--proxy-client-cert-file=${key("front-proxy-client.crt")}`,
    `--proxy-client-key-file=${key("front-proxy-client.key")}`,
  );

const asUser = (config: string): readonly string[] => [
  `--kubeconfig=${config}`,
  `--authentication-kubeconfig=${config}`,
  `--authorization-kubeconfig=${config}`,
  "--bind-address=127.0.0.1",
  "--leader-elect=false",
];

const controllerManager = (shape: ClusterShape, config: string): readonly string[] =>
  within(
    "kube-controller-manager",
    ...asUser(config),
    "--use-service-account-credentials",
    `--service-account-private-key-file=${key("sa.key")}`,
    `--root-ca-file=${key("ca.crt")}`,
    `--cluster-signing-cert-file=${key("ca.crt")}`,
    `--cluster-signing-key-file=${key("ca.key")}`,
    "--allocate-node-cidrs",
    `--cluster-cidr=${both(shape, plan.pods)}`,
    `--service-cluster-ip-range=${both(shape, plan.services)}`,
    "--controllers=*",
  );

const SERVER = `https://${plan.lan.v4(plan.controlPlane)}:${plan.port}`;

/** etcd, API server, controller manager and scheduler; and a kubeconfig for everybody. */
export async function startControlPlane(shape: ClusterShape): Promise<void> {
  for (const user of ["admin", "kube-proxy", ...nodeNames(shape).map((node) => `node-${node}`)])
    await kubeconfig(user, SERVER);
  const [kcm, scheduler] = [await kubeconfig("kcm", SERVER), await kubeconfig("scheduler", SERVER)];
  await start("etcd", etcd());
  await start("kube-apiserver", apiserver(shape));
  await until("the API server is ready", async () => (await kubectl(["get", "--raw", "/readyz"])) === "ok");
  await start("kube-controller-manager", controllerManager(shape, kcm));
  await start("kube-scheduler", within("kube-scheduler", ...asUser(scheduler)));
  // kubeadm grants this to kube-proxy's service account; here it is a user.
  const grant = "create clusterrolebinding e2e-kube-proxy --clusterrole=system:node-proxier";
  await kubectl([...grant.split(" "), "--user=system:kube-proxy"]);
}
