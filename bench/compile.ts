// The compiler at the sizes that others publish: a whole cluster, then one pod event after another.
import type { Pod } from "../src/core/cluster.ts";
import type { Cluster } from "../src/core/compile.ts";
import { compilerOf } from "../src/core/incremental/compiler.ts";

const EVENTS = 2_000;

const pod = (i: number, namespaces: number, app: string): Pod => ({
  namespace: `ns${i % namespaces}`,
  name: `p${i}`,
  labels: { app },
  addresses: [{ family: "IPv4", value: 0x0a_00_00_00n + BigInt(i) }],
  ports: [],
  node: `n${i % 100}`,
  hostNetwork: false,
  finished: false,
  createdAt: 0,
});

/** Every policy lets in one app of its own namespace, and that app of one team's namespaces. */
function cluster(sizes: { namespaces: number; policies: number; pods: number; apps: number }): Cluster {
  const { namespaces, policies, pods, apps } = sizes;
  const app = (i: number): string => `a${i % apps}`;
  return {
    namespaces: Array.from({ length: namespaces }, (_, i) => ({
      name: `ns${i}`,
      labels: { team: `t${i % 100}` },
    })),
    pods: Array.from({ length: pods }, (_, i) => pod(i, namespaces, app(i))),
    policies: Array.from({ length: policies }, (_, i) => {
      const podSelector = { matchLabels: { app: app(i) } };
      const namespaceSelector = { matchLabels: { team: `t${i % 100}` } };
      const from = [{ podSelector }, { namespaceSelector, podSelector }];
      return {
        namespace: `ns${i % namespaces}`,
        name: `np${i}`,
        spec: { podSelector: {}, ingress: [{ from }] },
      };
    }),
  };
}

const cases = {
  "25,000 namespaces, 75,000 policies, 100,000 pods": {
    namespaces: 25_000,
    policies: 75_000,
    pods: 100_000,
    apps: 100_000,
  },
  "1 namespace, 10,000 policies, 10,000 pods, all matching": {
    namespaces: 1,
    policies: 10_000,
    pods: 10_000,
    apps: 1,
  },
} as const;

const megabytes = (): string => `${Math.round(process.memoryUsage().rss / 1e6)} MB`;

for (const [name, sizes] of Object.entries(cases)) {
  const input = cluster(sizes);
  const before = megabytes();
  const began = performance.now();
  const compiler = compilerOf(input);
  const { groups } = compiler.program();
  const whole = performance.now() - began;
  console.log(
    `${name}: compiled in ${(whole / 1000).toFixed(2)} s, ${groups.size} groups, ${before} -> ${megabytes()}`,
  );
  const times = Array.from({ length: EVENTS }, (_, i) => {
    const at = (i * 7919) % sizes.pods;
    const changed = pod(at, sizes.namespaces, `a${i % 40}`);
    const started = performance.now();
    compiler.setPod(changed);
    return performance.now() - started;
  }).sort((a, b) => a - b);
  const at = (share: number): string => `${(times[Math.floor(share * (EVENTS - 1))] ?? 0).toFixed(3)} ms`;
  console.log(`  one pod relabelled: median ${at(0.5)}, p99 ${at(0.99)} (${EVENTS} events)`);
}
