import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { installDefinitions } from "../../src/lab/cluster/controllers.ts";
import { startApiServer } from "../../src/lab/apiserver.ts";
import { isMarked } from "../../src/daemon/controller/published-mark.ts";
import { passOn } from "../../src/lab/pass-on.ts";
import { KubeClient } from "../../src/kube/client.ts";

const SELVEDGE = "bin/selvedge";

const PODS = 2_000;
const POLICIES = 500;
const APPS = 250;
const HERE = 100;
export const NODE = "n1";

const SECRETS = "/var/run/secrets/kubernetes.io/serviceaccount";

/** A cluster whose API server is reached as from a pod, and whose controller has published everything. */
export interface BenchCluster {
  readonly told: string;
  /** By which a program finds the API server. */
  readonly env: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

export async function startCluster(): Promise<BenchCluster> {
  const server = await startApiServer();
  const client = new KubeClient({
    server: new URL(server.url),
    authorize: () => Promise.resolve({ headers: {}, tls: {} }),
  });
  server.seed({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  for (const [name, podCIDR] of [
    [NODE, "10.1.0.0/24"],
    ["n2", "10.2.0.0/16"],
  ] as const)
    server.seed({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name },
      spec: { podCIDR, podCIDRs: [podCIDR] },
    });
  for (let i = 0; i < PODS; i += 1) {
    const ip = `10.${i < HERE ? 1 : 2}.${i >> 8}.${i & 255}`;
    server.seed({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { namespace: "shop", name: `p${i}`, labels: { app: `a${i % APPS}` } },
      spec: { nodeName: i < HERE ? NODE : "n2", containers: [{ name: "main", image: "lab" }] },
      status: { phase: "Running", podIP: ip, podIPs: [{ ip }] },
    });
  }
  for (let i = 0; i < POLICIES; i += 1) {
    server.seed({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { namespace: "shop", name: `np${i}` },
      spec: {
        podSelector: { matchLabels: { app: `a${i % APPS}` } },
        ingress: [{ from: [{ podSelector: { matchLabels: { app: `a${(i + 7) % APPS}` } } }] }],
      },
    });
  }
  await installDefinitions({ client });
  const controller = spawn(SELVEDGE, ["controller", "--server", server.url, "--health-port", "0"], {
    stdio: "ignore",
  });
  while (!server.objects("leases.coordination.k8s.io").some(isMarked)) await sleep(50);
  const door = await tlsDoor(server.url);
  const env = {
    PATH: process.env["PATH"],
    HOME: "/nonexistent",
    KUBERNETES_SERVICE_HOST: "127.0.0.1",
    KUBERNETES_SERVICE_PORT: `${door.port}`,
  };
  return {
    told: `${PODS} pods, ${HERE} of them here, ${POLICIES} policies`,
    env,
    close: async () => {
      await ended(controller);
      door.close();
      client.close();
      await server.close();
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill();
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

/** TLS in front of a server, with what a pod has of its service account. */
async function tlsDoor(url: string): Promise<{ readonly port: number; close(): void }> {
  mkdirSync(SECRETS, { recursive: true });
  const [key, cert] = [`${SECRETS}/key.pem`, `${SECRETS}/ca.crt`];
  const made = spawnSync("openssl", [
    ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=kubernetes".split(" "),
    ..."-addext subjectAltName=IP:127.0.0.1".split(" "),
    "-keyout",
    key,
    "-out",
    cert,
  ]);
  if (made.status !== 0) throw new Error(made.stderr.toString());
  writeFileSync(`${SECRETS}/token`, "bench");
  writeFileSync(`${SECRETS}/namespace`, "selvedge-system");
  const door = https.createServer(
    { key: readFileSync(key), cert: readFileSync(cert) },
    (request, response) => {
      const { method, headers, url: path } = request;
      passOn(request, response, http.request(new URL(path ?? "/", url), { method, headers }));
    },
  );
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  return {
    port: (door.address() as AddressInfo).port,
    close: () => {
      door.closeAllConnections();
      door.close();
    },
  };
}
