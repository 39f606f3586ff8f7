// `diff` of two clusters of 1,000 pods in 100 workloads with 200 policies each, as whole processes: nothing changed, ten
// policies, all 200, and all of them gone. `npm run build` first: it is the bundle that people start.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";

const ROUNDS = 7;
/** Milliseconds. */
const BAR = 4_000;
const [NAMESPACES, WORKLOADS, PODS, POLICIES] = [10, 100, 1_000, 200];

const meta = (name: string, i: number): object => ({ name, namespace: `team-${i % NAMESPACES}` });
const app = (i: number): string => `app-${i % WORKLOADS}`;
const labels = (i: number): object => ({ app: app(i), tier: `tier-${i % 4}` });
const spec = {
  containers: [{ name: "c", image: "registry/app:1", ports: [{ name: "http", containerPort: 8080 }] }],
};

const workloads = Array.from({ length: WORKLOADS }, (_, i) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: meta(app(i), i),
  spec: {
    replicas: PODS / WORKLOADS,
    selector: { matchLabels: labels(i) },
    template: { metadata: { labels: labels(i) }, spec },
  },
}));

const pods = Array.from({ length: PODS }, (_, p) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    ...meta(`${app(p)}-${Math.floor(p / WORKLOADS)}`, p),
    labels: labels(p),
    ownerReferences: [
      { apiVersion: "apps/v1", kind: "Deployment", name: app(p), uid: app(p), controller: true },
    ],
  },
  spec: { ...spec, nodeName: `node-${p % 20}` },
  status: { phase: "Running", podIPs: [{ ip: `10.42.${p >> 8}.${p & 255}` }] },
}));

/** `isNew` is whether the policy is in its second version, which opens one port more and closes a block. */
function policy(i: number, isNew: boolean): object {
  const podSelector = { matchLabels: { app: app(i) } };
  const peer = (k: number): object => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": `team-${k % NAMESPACES}` } },
    podSelector: { matchLabels: { app: app(k) } },
  });
  const ports = [{ port: "http" }, ...(isNew ? [{ port: 9090 }] : [])];
  const ipBlock = { cidr: `10.${i}.0.0/16`, ...(isNew && { except: [`10.${i}.128.0/17`] }) };
  const ingress = [{ from: [peer(i + 1), peer(i + 2), { podSelector: {} }], ports }, { from: [{ ipBlock }] }];
  const egress = [
    { to: [peer(i + 1), { ipBlock: { cidr: "0.0.0.0/0" } }], ports: [...ports, { port: 443 }] },
  ];
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: meta(`policy-${i}`, i),
    spec: i < WORKLOADS ? { podSelector, ingress } : { podSelector, policyTypes: ["Egress"], egress },
  };
}

const policies = (changed: number): object[] =>
  Array.from({ length: POLICIES }, (_, i) =>
    policy(i, i % Math.ceil(POLICIES / Math.max(changed, 0.5)) === 0 && changed > 0),
  );

const folder = mkdtempSync(join(tmpdir(), "selvedge-bench-"));
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const yaml = (objects: readonly object[]): string => objects.map((each) => stringify(each)).join("---\n");
const json = (objects: readonly object[]): string =>
  JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });

const old = write("old.json", json([...workloads, ...pods, ...policies(0)]));
const oldYaml = write("old.yaml", yaml([...workloads, ...policies(0)]));
const isChanged = 1;
const subjects: Readonly<Record<string, readonly [string, string, number]>> = {
  "dump, nothing changed": [old, old, 0],
  "dump, 10 policies": [old, write("ten.json", json([...workloads, ...pods, ...policies(10)])), isChanged],
  "dump, 200 policies": [
    old,
    write("all.json", json([...workloads, ...pods, ...policies(POLICIES)])),
    isChanged,
  ],
  "dump, policies removed": [old, write("none.json", json([...workloads, ...pods])), isChanged],
  "YAML, 200 policies": [oldYaml, write("all.yaml", yaml([...workloads, ...policies(POLICIES)])), isChanged],
};

const selvedge = fileURLToPath(new URL("../bin/selvedge", import.meta.url));
console.log(
  `diff of two times ${PODS} pods in ${WORKLOADS} workloads with ${POLICIES} policies (bar: ${BAR} ms)`,
);
const times = new Map<string, number[]>(Object.keys(subjects).map((name) => [name, []]));
const told = new Map<string, string>();
// Interleaved, so that a slow moment of the machine falls on all of them.
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, [before, after, wanted]] of Object.entries(subjects)) {
    const began = performance.now();
    const { status, stdout } = spawnSync(selvedge, ["diff", "-f", after, "--against", before], {
      maxBuffer: 1 << 28,
      encoding: "utf8",
    });
    times.get(name)?.push(performance.now() - began);
    if (status !== wanted) throw new Error(`${name}: exit ${status}`);
    told.set(name, stdout.trimEnd().split("\n").at(-1) ?? "");
  }
}
for (const [name, all] of times) {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const [median, low, high] = [0.5, 0.1, 0.9].map((share) => `${Math.round(at(share))} ms`.padStart(7));
  const verdict = at(0.5) < BAR ? "reached" : "missed";
  console.log(
    `  ${name.padEnd(22)}  median ${median}   10 % ${low}   90 % ${high}   ${verdict}   (${told.get(name)})`,
  );
}
rmSync(folder, { recursive: true });
