// What the enforcer holds on a quiet node, as it is shipped and with other settings of V8 (needs root; `make build` first).
// It runs as in a pod: credentials of a service account, TLS. Arguments: the modes to weigh; default both.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
import { startCluster } from "./memory/cluster.ts";
import { weigh } from "./memory/weigh.ts";

/** Megabytes, of what is shipped. */
const BAR = 80;

if (process.env["SELVEDGE_BENCH_NETNS"] === undefined) {
  // Namespaces of its own: nothing of this machine's is written, and the service account is seen here alone.
  const { status } = spawnSync(
    "unshare",
    ["--net", "--mount", process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    { stdio: "inherit", env: { ...process.env, SELVEDGE_BENCH_NETNS: "own" } },
  );
  process.exit(status ?? 1);
}
spawnSync("ip", ["link", "set", "lo", "up"]);
spawnSync("mount", ["-t", "tmpfs", "selvedge-bench", "/run"]);
// As it is installed: without sources beside it.
const installed = "/run/selvedge-installed";
for (const part of ["bin", "dist", "package.json"]) cpSync(part, `${installed}/${part}`, { recursive: true });
mkdirSync("/run/lock");

const program = `${installed}/dist/selvedge.js`;
const settings: Readonly<Record<string, readonly [string, ...string[]]>> = {
  "as shipped": [`${installed}/bin/selvedge`],
  "interpreted, for comparison": [process.execPath, "--max-semi-space-size=1", "--lite-mode", program],
};
const modes = process.argv.length > 2 ? process.argv.slice(2) : ["controller", "standalone"];

const cluster = await startCluster();
console.log(cluster.told);
console.log(`${"".padEnd(44)}     RSS  at most  of it anonymous`);
for (const mode of modes) {
  for (const [name, command] of Object.entries(settings)) {
    const weight = await weigh(
      cluster,
      mode === "standalone" ? [...command, "enforcer", "--standalone"] : [...command, "enforcer"],
    );
    const megabytes = (value: number): string => `${value.toFixed(0).padStart(5)} MB`;
    const bar = name === "as shipped" ? `   bar ${BAR} MB: ${weight.resident < BAR ? "pass" : "short"}` : "";
    console.log(
      `${mode.padEnd(11)} ${name.padEnd(32)}${megabytes(weight.resident)} ${megabytes(weight.highest)} ${megabytes(weight.anonymous)}${bar}`,
    );
  }
}
await cluster.close();
