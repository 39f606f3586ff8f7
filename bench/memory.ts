// What the enforcer holds on a quiet node, as it is shipped and with other settings of V8, side by side (needs root).
// Argument: the program; default the bundle in dist/.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startApiServer } from "../src/lab/apiserver.ts";

const PODS = 2_000;
const POLICIES = 500;
const HERE = 100;
/** Seconds that it is left alone before it is weighed. */
const QUIET = 20;

const program = process.argv[2] ?? "dist/selvedge.js";
const settings: Readonly<Record<string, readonly string[]>> = {
  "bin/selvedge": ["bin/selvedge"],
  "node, no flags": [process.execPath, program],
  "--max-semi-space-size=1": [process.execPath, "--max-semi-space-size=1", program],
  "--optimize-for-size": [process.execPath, "--optimize-for-size", program],
  both: [process.execPath, "--max-semi-space-size=1", "--optimize-for-size", program],
};

if (process.env["SELVEDGE_BENCH_NETNS"] === undefined) {
  // A network namespace of its own: nothing of this machine's is written.
  const { status } = spawnSync(
    "unshare",
    ["--net", process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    { stdio: "inherit", env: { ...process.env, SELVEDGE_BENCH_NETNS: "own" } },
  );
  process.exit(status ?? 1);
}
spawnSync("ip", ["link", "set", "lo", "up"]);

const server = await startApiServer();
server.seed({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
for (let i = 0; i < PODS; i += 1) {
  const ip = `10.${i < HERE ? 1 : 2}.${i >> 8}.${i & 255}`;
  server.seed({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "shop", name: `p${i}`, labels: { app: `a${i % 250}` } },
    spec: { nodeName: i < HERE ? "n1" : "n2", containers: [{ name: "main", image: "lab" }] },
    status: { phase: "Running", podIP: ip, podIPs: [{ ip }] },
  });
}
for (let i = 0; i < POLICIES; i += 1) {
  server.seed({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { namespace: "shop", name: `np${i}` },
    spec: {
      podSelector: { matchLabels: { app: `a${i % 250}` } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: `a${(i + 7) % 250}` } } }] }],
    },
  });
}

/** `VmRSS` as it is, `VmHWM` at its highest. */
const memoryOf = (child: ChildProcess, what: "VmRSS" | "VmHWM"): number => {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  return Number(new RegExp(`${what}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
};

console.log(`${PODS} pods, ${HERE} of them here, ${POLICIES} policies; after ${QUIET} quiet seconds:`);
for (const [name, [command = "", ...args]] of Object.entries(settings)) {
  const enforcer = [
    "enforcer",
    "--standalone",
    "--node",
    "n1",
    "--backend",
    "nft",
    "--server",
    server.url,
    "--health-port",
    "0",
  ];
  const child = spawn(command, [...args, ...enforcer], { stdio: ["ignore", "pipe", "inherit"] });
  const started = new AbortController();
  child.stdout.on("data", (text: Buffer) => {
    if (text.includes('"enforcer started"')) started.abort();
  });
  while (!started.signal.aborted && child.exitCode === null) {
    await sleep(50);
  }
  await sleep(QUIET * 1000);
  console.log(
    `${name.padEnd(28)} ${memoryOf(child, "VmRSS").toFixed(0).padStart(5)} MB   ${memoryOf(child, "VmHWM").toFixed(0).padStart(5)} MB at most`,
  );
  child.kill();
  await new Promise((resolve) => child.once("exit", resolve));
}
await server.close();
