// What the controller takes at a big cluster's size: a publication from scratch, from one changed policy to its CompiledPolicy
// as another client sees it, and a pass of the leader that finds one thing changed and nothing to write. Against a real etcd
// and kube-apiserver where `make envtest-assets` has made them, else against the embedded API server, in this process.
import { setTimeout as sleep } from "node:timers/promises";
import {
  type ControllerObserver,
  type PublishedPass,
  tellControllerObservers,
} from "../src/daemon/controller/controller-observer.ts";
import { startController } from "../src/daemon/controller/start-controller.ts";
import { forEachLimit } from "../src/kube/publish/for-each-limit.ts";
import { startReflector } from "../src/kube/reflector.ts";
import { Store } from "../src/kube/store.ts";
import { collections } from "../src/kube/wire/api.ts";
import { install } from "../test/contract/install.ts";
import { findAssets } from "../src/lab/real-apiserver/assets.ts";
import { embeddedServer } from "../test/contract/servers/embedded.ts";
import { realServer } from "../test/contract/servers/real.ts";
import { clientOf } from "../test/contract/subject.ts";

const [POLICIES = 5_000, PODS = 2_000, CHANGES = 100] = process.argv.slice(2).map(Number);
const APPS = 250;
const NAMESPACE = "default";
const NETWORK_POLICIES = `/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/networkpolicies`;
const PODS_PATH = `/api/v1/namespaces/${NAMESPACE}/pods`;

const assets = findAssets();
const server = await (assets === undefined ? embeddedServer() : realServer(assets));
const client = clientOf(server.url);
const own = clientOf(server.url);
const stop = new AbortController();

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

async function each(count: number, work: (i: number) => Promise<unknown>): Promise<void> {
  const [failure] = await forEachLimit(range(count), 32, async (i) => void (await work(i)));
  if (failure !== undefined) throw failure.error;
}

const quantile = (times: readonly number[], share: number): string =>
  (times.toSorted((a, b) => a - b)[Math.ceil(share * times.length) - 1] ?? Number.NaN).toFixed(1);

const merge = (path: string, body: unknown): Promise<unknown> =>
  client.request({ method: "PATCH", path, body, contentType: "application/merge-patch+json" });

async function createPod(i: number): Promise<void> {
  const ip = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
  const metadata = { name: `p${i}`, labels: { app: `a${i % APPS}` } };
  const spec = { nodeName: `n${i % 100}`, containers: [{ name: "c", image: "i" }] };
  await client.request({
    method: "POST",
    path: PODS_PATH,
    body: { apiVersion: "v1", kind: "Pod", metadata, spec },
  });
  await merge(`${PODS_PATH}/p${i}/status`, { status: { phase: "Running", podIP: ip, podIPs: [{ ip }] } });
}

const rules = (i: number, port: number): object => ({
  podSelector: { matchLabels: { app: `a${i % APPS}` } },
  ingress: [0, 1, 2].map((rule) => ({
    from: [{ podSelector: { matchLabels: { app: `a${(i + rule * 17) % APPS}` } } }],
    ports: [{ protocol: "TCP", port: port + rule }],
  })),
});

await install(client);
await each(PODS, createPod);
await each(POLICIES, (i) =>
  client.request({
    method: "POST",
    path: NETWORK_POLICIES,
    body: {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: `np${i}` },
      spec: rules(i, 1_000),
    },
  }),
);

/** The generation of the NetworkPolicy that each CompiledPolicy was compiled from, as a client sees it. */
const seen = new Store<number>();
const reflector = startReflector({
  client,
  path: collections.compiledPolicies,
  store: seen,
  signal: stop.signal,
  read: (raw) =>
    (raw as { readonly spec: { readonly source: { readonly generation: number } } }).spec.source.generation,
});
await reflector.synced;

const passes: PublishedPass[] = [];
const observer: ControllerObserver = {
  passed: (pass) => passes.push(pass),
  failed: (error) => console.error(error),
};
const began = performance.now();
const controller = startController({
  client: own,
  namespace: "kube-system",
  identity: "bench",
  tell: tellControllerObservers([observer], (error) => console.error(error)),
  signal: stop.signal,
});
const isWhole = (): boolean => seen.values().length === POLICIES;
while (!isWhole()) await sleep(10);
const published = performance.now() - began;
// Quiet: every status is written, too.
const isQuiet = (): boolean => passes.length > 0 && passes.at(-1)?.failures.length === 0;
while (!isQuiet()) await sleep(50);
const said = performance.now() - began;

async function changed(i: number): Promise<number> {
  const name = `np${(i * 37) % POLICIES}`;
  const start = performance.now();
  const { metadata } = (await merge(`${NETWORK_POLICIES}/${name}`, { spec: rules(i, 2_000 + i) })) as {
    readonly metadata: { readonly generation: number };
  };
  while ((seen.get(`${NAMESPACE}/${name}`) ?? 0) < metadata.generation) await sleep(1);
  return performance.now() - start;
}

const latencies: number[] = [];
for (const i of range(CHANGES)) latencies.push(await changed(i));

await sleep(500);
passes.length = 0;
for (const i of range(CHANGES)) {
  // An annotation is nobody's matter: a whole pass, and nothing to write.
  await merge(`${PODS_PATH}/p${i % PODS}`, { metadata: { annotations: { "example.org/i": `${i}` } } });
  await sleep(5);
}
await sleep(500);
const idle = passes.filter(({ written }) => written === 0).map(({ milliseconds }) => milliseconds);

console.log(`${POLICIES} policies, ${PODS} pods, ${assets === undefined ? "embedded" : "real"} API server`);
console.log(
  `published from scratch     ${(published / 1000).toFixed(1)} s, with every status ${(said / 1000).toFixed(1)} s`,
);
console.log(
  `policy -> CompiledPolicy   p50 ${quantile(latencies, 0.5)} ms, p99 ${quantile(latencies, 0.99)} ms`,
);
console.log(
  `a pass, nothing to write   p50 ${quantile(idle, 0.5)} ms, p99 ${quantile(idle, 0.99)} ms (${idle.length})`,
);

stop.abort();
await Promise.all([controller.done, reflector.done]);
own.close();
client.close();
await server.close();
