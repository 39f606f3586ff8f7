// What stops the enforcer while it lasts, as one process does one thing at a time: to read the node's links and addresses, by how
// many links there are, and to start a program, by how much the process holds (needs root).
import { execFileSync } from "node:child_process";
import { argv, execPath } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ownNetwork } from "../src/daemon/own-network.ts";
import { processExec } from "../src/kernel/exec.ts";
import { KeptShell } from "../src/kernel/session/kept-shell.ts";
import { processSessionDoor } from "../src/kernel/session/session-door.ts";

const TIMES = 100;
const LINKS = [10, 100, 250];
/** More each time. */
const MEGABYTES = [0, 50, 200];

/** Of how long something holds the process, in milliseconds. */
async function stops(what: string, act: () => unknown): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < TIMES; i += 1) {
    const began = performance.now();
    const done = act();
    times.push(performance.now() - began);
    await done;
    // In no step with what is left of the last one.
    await sleep(5);
  }
  const at = (share: number): string =>
    (times.toSorted((a, b) => a - b)[Math.floor(share * TIMES)] ?? Number.NaN).toFixed(2).padStart(6);
  console.log(`${what.padEnd(52)} median ${at(0.5)} ms   10 % ${at(0.1)} ms   90 % ${at(0.9)} ms`);
}

const [, , inside] = argv;
if (inside === undefined) {
  const script = fileURLToPath(import.meta.url);
  for (const links of LINKS)
    execFileSync("unshare", ["--net", execPath, script, String(links)], { stdio: "inherit" });
  const held: Buffer[] = [];
  const shell = new KeptShell(processSessionDoor, processExec);
  const request = { command: "true", args: [] };
  for (const megabytes of MEGABYTES) {
    held.push(Buffer.alloc(megabytes * 1e6, 1));
    const resident = (process.memoryUsage.rss() / 1e6).toFixed(0);
    await stops(`a program started, ${resident} MB resident`, () => processExec(request));
    await stops(`the same by a shell that is kept open`, () => shell.exec(request));
  }
  await shell.close();
} else {
  const lines = Array.from({ length: Number(inside) / 2 }, (_, i) => [
    `link add v${i} type veth peer name w${i}`,
    `link set v${i} up`,
    `link set w${i} up`,
  ]);
  execFileSync("ip", ["-batch", "-"], { input: lines.flat().join("\n") });
  // Each gets an address of its own, as a pod's veth does.
  await sleep(3_000);
  await stops(`links and addresses read, ${inside} links`, ownNetwork);
}
