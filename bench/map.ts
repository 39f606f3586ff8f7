// `map` of 1,000 pods in 100 workloads with 200 policies, as whole processes: from templates alone, and from a dump of a
// cluster in which every pod has its own labels and addresses. `npm run build` first: it is the bundle that people start.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";

const ROUNDS = 9;
/** Milliseconds. */
const BAR = 2_000;
const [NAMESPACES, WORKLOADS, PODS, POLICIES] = [10, 100, 1_000, 200];

const meta = (name: string, i: number): object => ({ name, namespace: `team-${i % NAMESPACES}` });
const labels = (i: number): object => ({ app: `app-${i}`, tier: `tier-${i % 4}` });
const ports = [
  { name: "http", containerPort: 8080 },
  { name: "metrics", containerPort: 9090 },
];
const spec = { containers: [{ name: "c", image: "registry/app:1", ports }] };

const workloads = Array.from({ length: WORKLOADS }, (_, i) => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: meta(`app-${i}`, i),
  spec: {
    replicas: PODS / WORKLOADS,
    selector: { matchLabels: { app: `app-${i}` } },
    template: { metadata: { labels: labels(i) }, spec },
  },
}));

const pods = Array.from({ length: PODS }, (_, p) => {
  const i = p % WORKLOADS;
  const name = `app-${i}-${Math.floor(p / WORKLOADS)}`;
  const own = { "statefulset.kubernetes.io/pod-name": name };
  const owner = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    name: `app-${i}`,
    uid: `u${i}`,
    controller: true,
  };
  const podIPs = [{ ip: `10.42.${p >> 8}.${p & 255}` }, { ip: `fd00:42::${(p + 1).toString(16)}` }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...meta(name, i), labels: { ...labels(i), ...own }, ownerReferences: [owner] },
    spec: { ...spec, nodeName: `node-${p % 20}` },
    status: { phase: "Running", podIP: podIPs[0]?.ip, podIPs },
  };
});

const policies = Array.from({ length: POLICIES }, (_, i) => {
  const app = (k: number): object => ({ matchLabels: { app: `app-${k % WORKLOADS}` } });
  const namespaceSelector = {
    matchLabels: { "kubernetes.io/metadata.name": `team-${(i + 1) % NAMESPACES}` },
  };
  const from = [{ podSelector: app(i + NAMESPACES) }, { namespaceSelector, podSelector: app(i + 1) }];
  const ipBlock = { cidr: `10.${i}.0.0/16`, except: [`10.${i}.128.0/17`] };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: meta(`policy-${i}`, i),
    spec:
      i < WORKLOADS
        ? { podSelector: app(i), ingress: [{ from, ports: [{ port: "http" }] }, { from: [{ ipBlock }] }] }
        : {
            podSelector: app(i),
            policyTypes: ["Egress"],
            egress: [
              { to: [{ namespaceSelector: {} }], ports: [{ port: 53, protocol: "UDP" }, { port: 8080 }] },
              { to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }], ports: [{ port: 443 }] },
            ],
          },
  };
});

const folder = mkdtempSync(join(tmpdir(), "selvedge-bench-"));
const yaml = (objects: readonly object[]): string => objects.map((each) => stringify(each)).join("---\n");
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const manifests = write("manifests.yaml", yaml([...workloads, ...policies]));
const items = [...workloads, ...pods, ...policies];
const dump = write("dump.json", JSON.stringify({ apiVersion: "v1", kind: "List", items }));
const asYaml = write("dump.yaml", yaml(items));

const selvedge = fileURLToPath(new URL("../bin/selvedge", import.meta.url));
const subjects: Readonly<Record<string, readonly string[]>> = {
  "manifests, YAML": ["-f", manifests],
  "dump, JSON": ["-f", dump],
  "dump, YAML": ["-f", asYaml],
  "dump, JSON, -o json": ["-f", dump, "-o", "json"],
  "dump, JSON, -o html": ["-f", dump, "-o", "html"],
};

console.log(`map of ${PODS} pods in ${WORKLOADS} workloads with ${POLICIES} policies (bar: ${BAR} ms)`);
const times = new Map<string, number[]>(Object.keys(subjects).map((name) => [name, []]));
// Interleaved, so that a slow moment of the machine falls on all of them.
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, args] of Object.entries(subjects)) {
    const began = performance.now();
    const { status } = spawnSync(selvedge, ["map", ...args], { maxBuffer: 1 << 28 });
    if (status !== 0) throw new Error(`${name}: exit ${status}`);
    times.get(name)?.push(performance.now() - began);
  }
}
for (const [name, all] of times) {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const told = [0.5, 0.1, 0.9].map((share) => `${Math.round(at(share))} ms`.padStart(7));
  const verdict = at(0.5) < BAR ? "reached" : "missed";
  console.log(`  ${name.padEnd(22)}  median ${told[0]}   10 % ${told[1]}   90 % ${told[2]}   ${verdict}`);
}
rmSync(folder, { recursive: true });
