import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Assets } from "./assets.ts";
import { type OwnProcess, killOwn, startOwn, untilReady } from "./own-process.ts";
import { plainDoor } from "./plain-door.ts";

export interface RealApiServer {
  /** Plain HTTP on loopback, without credentials: everybody there may do everything. */
  readonly url: string;
  /** Kills it and starts it anew on the same state, without the past that watches go on from. */
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface RealApiServerOptions {
  /** A unix socket that is listened on beside loopback. */
  readonly socketPath?: string;
  /** Where its directory is made; default the system's for temporary files. */
  readonly parent?: string;
  /** Of this server alone, which lives on loopback for as long as its process. */
  readonly token?: string;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

/**
 * Starts a real etcd and kube-apiserver in a throwaway directory. No controllers run beside them: nothing collects garbage
 * or ends pods.
 */
export async function startRealApiServer(
  { etcd, apiserver }: Assets,
  { parent = tmpdir(), token = "contract", socketPath }: RealApiServerOptions = {},
): Promise<RealApiServer> {
  const folder = await mkdtemp(join(parent, "selvedge-apiserver-"));
  const [clients = 0, peers = 0, secure = 0] = await freePorts(3);
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = join(folder, "service-account.key");
  const tokens = join(folder, "tokens.csv");
  await writeFile(key, privateKey.export({ type: "pkcs1", format: "pem" }));
  await writeFile(tokens, `${token},contract,contract,system:masters\n`);
  const etcdUrl = `http://127.0.0.1:${clients}`;
  const store = startOwn(
    etcd,
    {
      "data-dir": join(folder, "etcd"),
      "unsafe-no-fsync": "true",
      "listen-client-urls": etcdUrl,
      "advertise-client-urls": etcdUrl,
      "listen-peer-urls": `http://127.0.0.1:${peers}`,
    },
    join(folder, "etcd.log"),
  );
  const door = await plainDoor({ port: secure, token, ...(socketPath === undefined ? {} : { socketPath }) });
  const start = async (): Promise<OwnProcess> => {
    const server = startOwn(
      apiserver,
      {
        "etcd-servers": etcdUrl,
        "cert-dir": join(folder, "certificates"),
        "bind-address": "127.0.0.1",
        "secure-port": `${secure}`,
        "token-auth-file": tokens,
        "authorization-mode": "AlwaysAllow",
        "service-cluster-ip-range": "10.0.0.0/24",
        "service-account-issuer": "https://127.0.0.1/",
        "service-account-key-file": key,
        "service-account-signing-key-file": key,
        // Nothing here makes the service accounts that pods would be given.
        "disable-admission-plugins": "ServiceAccount",
      },
      join(folder, "apiserver.log"),
    );
    await untilReady(server, `${door.url}/readyz`);
    return server;
  };
  let server: OwnProcess;
  try {
    await untilReady(store, `${etcdUrl}/health`);
    server = await start();
  } catch (error) {
    await killOwn(store);
    throw error;
  }
  return {
    url: door.url,
    restart: async () => {
      await killOwn(server);
      door.cut();
      server = await start();
    },
    close: async () => {
      await door.close();
      await killOwn(server);
      await killOwn(store);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
