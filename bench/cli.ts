// Whole processes, as a person waits for them: `can` and `map` on the shop, beside a Node that does nothing.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROUNDS = 21;
const root = fileURLToPath(new URL("..", import.meta.url));
const selvedge = `${root}bin/selvedge`;
const shop = `${root}fixtures/shop`;

const subjects = {
  "node, doing nothing": [process.execPath, "-e", "0"],
  "selvedge can": [selvedge, "can", "-f", shop, "shop/front", "shop/api:http"],
  "selvedge map": [selvedge, "map", "-f", shop],
} as const;

const times = new Map<string, number[]>(Object.keys(subjects).map((name) => [name, []]));
// Interleaved, so that a slow moment of the machine falls on all of them.
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, [command, ...args]] of Object.entries(subjects)) {
    const began = performance.now();
    spawnSync(command, args);
    times.get(name)?.push(performance.now() - began);
  }
}
for (const [name, all] of times) {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    `${Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)} ms`.padStart(7);
  console.log(`${name.padEnd(20)}  median ${at(0.5)}   10 % ${at(0.1)}   90 % ${at(0.9)}   (${ROUNDS} runs)`);
}
