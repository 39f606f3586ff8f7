import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../build/run.ts";
import { inHome } from "./home.ts";
import { hostOf, nodeNames, plan, type ClusterShape } from "./shape.ts";

export const pki = inHome("pki");

const file = (name: string): string => join(pki, name);

/** Words of a command line; none of ours has a space in it. */
const openssl = (words: string, ...more: readonly string[]): Promise<string> =>
  run("openssl", [...words.split(" "), ...more]);

const newKey = (name: string): Promise<string> =>
  openssl(`ecparam -genkey -name prime256v1 -out ${file(`${name}.key`)}`);

async function authority(name: string): Promise<void> {
  await newKey(name);
  const uses = [
    "basicConstraints=critical,CA:TRUE",
    "keyUsage=critical,digitalSignature,keyCertSign,cRLSign",
  ];
  await openssl(
    `req -x509 -new -key ${file(`${name}.key`)} -subj /CN=${name} -days 30 -out ${file(`${name}.crt`)}`,
    ...uses.flatMap((use) => ["-addext", use]),
  );
}

interface Certificate {
  readonly name: string;
  readonly subject: string;
  readonly authority?: string;
  readonly usage?: "clientAuth" | "serverAuth";
  readonly names?: readonly string[];
}

async function certificate({
  name,
  subject,
  authority: by = "ca",
  usage,
  names = [],
}: Certificate): Promise<void> {
  await newKey(name);
  await openssl(`req -new -key ${file(`${name}.key`)} -subj ${subject} -out ${file(`${name}.csr`)}`);
  const extensions = [
    "basicConstraints=CA:FALSE",
    "keyUsage=critical,digitalSignature,keyEncipherment",
    `extendedKeyUsage=${usage ?? "clientAuth"}`,
    ...(names.length === 0 ? [] : [`subjectAltName=${names.join(",")}`]),
  ];
  await writeFile(file(`${name}.ext`), `${extensions.join("\n")}\n`);
  const signer = `-CA ${file(`${by}.crt`)} -CAkey ${file(`${by}.key`)} -CAcreateserial`;
  const files = `-in ${file(`${name}.csr`)} -extfile ${file(`${name}.ext`)} -out ${file(`${name}.crt`)}`;
  await openssl(`x509 -req ${signer} -days 30 ${files}`);
}

const dns = (name: string): string => `DNS:${name}`;
const ip = (address: string): string => `IP:${address}`;

/** Every key and certificate of the cluster, good for a month. */
export async function makePki(shape: ClusterShape): Promise<void> {
  await mkdir(pki, { recursive: true });
  await Promise.all([authority("ca"), authority("front-proxy-ca")]);
  const service = [
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
  ];
  const server: Certificate = {
    name: "apiserver",
    subject: "/CN=kube-apiserver",
    usage: "serverAuth",
    names: [
      ...[...service, "localhost"].map(dns),
      ...["127.0.0.1", plan.lan.v4(plan.controlPlane), "10.96.0.1", "fd00:10:96::1"].map(ip),
    ],
  };
  const users: readonly Certificate[] = [
    { name: "admin", subject: "/O=system:masters/CN=admin" },
    { name: "apiserver-kubelet-client", subject: "/O=system:masters/CN=kube-apiserver-kubelet-client" },
    { name: "kcm", subject: "/CN=system:kube-controller-manager" },
    { name: "scheduler", subject: "/CN=system:kube-scheduler" },
    { name: "kube-proxy", subject: "/CN=system:kube-proxy" },
    { name: "front-proxy-client", subject: "/CN=front-proxy-client", authority: "front-proxy-ca" },
  ];
  const nodes = nodeNames(shape).flatMap((node, i): Certificate[] => [
    { name: `node-${node}`, subject: `/O=system:nodes/CN=system:node:${node}` },
    {
      name: `kubelet-${node}`,
      subject: `/CN=${node}`,
      usage: "serverAuth",
      names: [dns(node), ip(plan.lan.v4(hostOf(i + 1))), ip(plan.lan.v6(hostOf(i + 1)))],
    },
  ]);
  // One after the other: they share a file of serial numbers.
  for (const each of [server, ...users, ...nodes]) await certificate(each);
  await openssl(`genrsa -out ${file("sa.key")} 2048`);
  await openssl(`rsa -in ${file("sa.key")} -pubout -out ${file("sa.pub")}`);
  const token = randomBytes(16).toString("hex");
  await writeFile(file("tokens.csv"), `${token},admin-token,admin-token,system:masters\n`);
}

const base64 = async (name: string): Promise<string> => (await readFile(file(name))).toString("base64");

/** Writes the kubeconfig of one of those users, and returns where it is. */
export async function kubeconfig(user: string, server: string): Promise<string> {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "e2e", cluster: { server, "certificate-authority-data": await base64("ca.crt") } }],
    contexts: [{ name: "e2e", context: { cluster: "e2e", user } }],
    "current-context": "e2e",
    users: [
      {
        name: user,
        user: {
          "client-certificate-data": await base64(`${user}.crt`),
          "client-key-data": await base64(`${user}.key`),
        },
      },
    ],
  };
  const path = inHome(`${user}.kubeconfig`);
  await writeFile(path, JSON.stringify(config, undefined, 1));
  return path;
}
