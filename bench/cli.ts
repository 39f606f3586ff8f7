// Whole processes, as a person waits for them: `can` and `map` on the shop, and `can` on a folder of 20 files, beside a Node
// that does nothing. `npm run build` first: it is the bundle that people start.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROUNDS = 21;
const root = fileURLToPath(new URL("..", import.meta.url));
const selvedge = `${root}bin/selvedge`;
const shop = `${root}fixtures/shop`;

/** Twenty files, each an application's: a Deployment, its Service, and its policies. */
const folder = mkdtempSync(join(tmpdir(), "selvedge-bench-"));
for (let i = 0; i < 20; i += 1) {
  const app = `app-${i}`;
  const meta = { name: app, namespace: "shop" };
  const container = { name: "c", image: "registry/app:1", ports: [{ name: "http", containerPort: 8080 }] };
  const template = { metadata: { labels: { app } }, spec: { containers: [container] } };
  const from = [{ podSelector: { matchLabels: { app: `app-${(i + 1) % 20}` } } }];
  const objects = [
    { apiVersion: "apps/v1", kind: "Deployment", metadata: meta, spec: { replicas: 3, template } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: meta,
      spec: { selector: { app }, ports: [{ port: 80, targetPort: "http" }] },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: meta,
      spec: { podSelector: { matchLabels: { app } }, ingress: [{ from, ports: [{ port: "http" }] }] },
    },
  ];
  const text = objects.map((object) => JSON.stringify(object, undefined, 2)).join("\n---\n");
  writeFileSync(join(folder, `${app}.yaml`), text);
}

const subjects = {
  "node, doing nothing": [process.execPath, "-e", "0"],
  "selvedge can": [selvedge, "can", "-f", shop, "shop/front", "shop/api:http"],
  "selvedge can, 20 files": [selvedge, "can", "-f", folder, "shop/app-1", "shop/svc/app-0:80"],
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
  console.log(`${name.padEnd(22)}  median ${at(0.5)}   10 % ${at(0.1)}   90 % ${at(0.9)}   (${ROUNDS} runs)`);
}
rmSync(folder, { recursive: true });
