import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Assets } from "./assets.ts";
import type { ContractServer } from "./contract-server.ts";
import { plainDoor } from "./plain-door.ts";

/** Of this server alone, which lives on loopback for as long as its tests. */
const TOKEN = "contract";
const START_WITHIN = 90_000;

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

const flags = (values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).map(([name, value]) => `--${name}=${value}`);

interface Running {
  readonly child: ChildProcess;
  readonly log: string;
}

/** Starts a program that dies with this process, however this process dies. */
function run(program: string, args: readonly string[], log: string): Running {
  const output = openSync(log, "a");
  const child = spawn("setpriv", ["--pdeathsig", "KILL", program, ...args], {
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  return { child, log };
}

async function kill({ child }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

/** Waits until an address answers "ok", or the program has died. */
async function untilReady({ child, log }: Running, url: string): Promise<void> {
  for (const deadline = performance.now() + START_WITHIN; performance.now() < deadline; await sleep(50)) {
    if (child.exitCode !== null) break;
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.status === 200) return;
  }
  throw new Error(`${url} was not ready; its log ends with\n${readFileSync(log, "utf8").slice(-3_000)}`);
}

/** A real etcd and kube-apiserver in a throwaway directory: everybody with the token may do everything. */
export async function realServer({ etcd, apiserver }: Assets): Promise<ContractServer> {
  const folder = await mkdtemp(join(tmpdir(), "selvedge-contract-"));
  const [clients = 0, peers = 0, secure = 0] = await freePorts(3);
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = join(folder, "service-account.key");
  const tokens = join(folder, "tokens.csv");
  await writeFile(key, privateKey.export({ type: "pkcs1", format: "pem" }));
  await writeFile(tokens, `${TOKEN},contract,contract,system:masters\n`);
  const etcdUrl = `http://127.0.0.1:${clients}`;
  const store = run(
    etcd,
    flags({
      "data-dir": join(folder, "etcd"),
      "unsafe-no-fsync": "true",
      "listen-client-urls": etcdUrl,
      "advertise-client-urls": etcdUrl,
      "listen-peer-urls": `http://127.0.0.1:${peers}`,
    }),
    join(folder, "etcd.log"),
  );
  const door = await plainDoor({ port: secure, token: TOKEN });
  const start = async (): Promise<Running> => {
    const server = run(
      apiserver,
      flags({
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
      }),
      join(folder, "apiserver.log"),
    );
    await untilReady(server, `${door.url}/readyz`);
    return server;
  };
  let server: Running;
  try {
    await untilReady(store, `${etcdUrl}/health`);
    server = await start();
  } catch (error) {
    await kill(store);
    throw error;
  }
  return {
    url: door.url,
    isReal: true,
    restart: async () => {
      await kill(server);
      door.cut();
      server = await start();
    },
    close: async () => {
      await door.close();
      await kill(server);
      await kill(store);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
