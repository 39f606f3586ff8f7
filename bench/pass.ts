// What one pass of the enforcer computes, from a change to the plan of writes: kept up from change to change, beside the same
// from scratch. 250 local pods, and more and more policies over them; nothing is written, so the kernel's part is left out.
import { parseCidr } from "../src/core/cidr.ts";
import type { Pod } from "../src/core/cluster.ts";
import { compilerOf } from "../src/core/incremental/compiler.ts";
import { NodeCompiler } from "../src/core/incremental/node-compiler.ts";
import type { NetworkPolicy } from "../src/core/network-policy.ts";
import { nodeProgram } from "../src/core/node-program.ts";
import { planWrites, stateAfter } from "../src/kernel/plan.ts";
import { planWalk } from "../src/kernel/walk/plan-walk.ts";
import { NodeRenderer } from "../src/render/incremental/node-renderer.ts";
import { iptablesLayout, renderIptables } from "../src/render/iptables.ts";
import type { Ruleset } from "../src/render/ruleset.ts";

const HERE = 250;
const PODS = 2_000;
const EVENTS = 400;
const EVENTS_FROM_SCRATCH = 20;

const pod = (i: number, app: number): Pod => ({
  namespace: "x",
  name: `p${i}`,
  labels: { app: `a${app % HERE}` },
  addresses: [
    { family: "IPv4", value: 0x0a_00_00_00n + BigInt(i) },
    { family: "IPv6", value: (0xfd00n << 112n) + BigInt(i) },
  ],
  ports: [],
  node: i < HERE ? "n" : "m",
  hostNetwork: false,
  finished: false,
  createdAt: 0,
});

const policy = (i: number): NetworkPolicy => ({
  namespace: "x",
  name: `np${i}`,
  spec: {
    podSelector: { matchLabels: { app: `a${i % HERE}` } },
    ingress: [0, 1, 2].map((rule) => ({
      from: [{ podSelector: { matchLabels: { app: `a${(i + rule * 17) % HERE}` } } }],
      ports: [{ protocol: "TCP", port: 1000 + rule }],
    })),
  },
});

const podCidrs = [parseCidr("10.0.0.0/24")].filter((block) => block !== undefined);
const scope = { podCidrs, own: [] };
const quantile = (times: readonly number[], share: number): string =>
  (times.toSorted((a, b) => a - b)[Math.ceil(share * times.length) - 1] ?? Number.NaN).toFixed(2);

console.log("one change, computed: median / p99 in milliseconds, kept up and from scratch");
for (const policies of [0, 100, 500, 1_000, 5_000]) {
  const compiler = compilerOf({
    namespaces: [{ name: "x", labels: {} }],
    pods: Array.from({ length: PODS }, (_, i) => pod(i, i)),
    policies: Array.from({ length: policies }, (_, i) => policy(i)),
  });
  const node = new NodeCompiler("n");
  const renderer = new NodeRenderer(iptablesLayout);
  const changes = {
    policy: (i: number) =>
      i % 2 === 0 ? compiler.setPolicy(policy(policies + 7)) : compiler.deletePolicy(`x/np${policies + 7}`),
    peer: (i: number) => compiler.setPod(pod(700, i)),
  };
  const kept = (): Ruleset =>
    renderer.render(node.compile(compiler.program(), compiler.livePodsOf("n"), scope));
  const scratch = (): Ruleset =>
    renderIptables(nodeProgram(compiler.program(), "n", compiler.livePods(), scope));
  const timed = (
    count: number,
    change: (i: number) => void,
    pass: () => Ruleset,
    plan: (from: Ruleset, to: Ruleset) => unknown,
  ) => {
    let before = pass();
    const times = Array.from({ length: count }, (_, i) => {
      const began = performance.now();
      change(i);
      const after = pass();
      plan(before, after);
      before = after;
      return performance.now() - began;
    });
    return `${quantile(times, 0.5)} / ${quantile(times, 0.99)}`;
  };
  for (const [name, change] of Object.entries(changes)) {
    const now = timed(EVENTS, change, kept, (from, to) =>
      planWalk({ kind: "left", ruleset: from, stayed: [] }, to),
    );
    const then = timed(EVENTS_FROM_SCRATCH, change, scratch, (from, to) => planWrites(stateAfter(from), to));
    console.log(
      `${String(policies).padStart(5)} policies, one ${name.padEnd(6)} ${now.padStart(16)}   ${then.padStart(18)}`,
    );
  }
}
