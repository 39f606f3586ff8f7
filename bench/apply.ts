// From a change that the enforcer has heard of to the kernel, in a network namespace: with the tools kept open, and with a
// process for each write, side by side. What the enforcer does before it writes is a part of it, and told apart.
import type { Pod } from "../src/core/cluster.ts";
import { compilerOf } from "../src/core/incremental/compiler.ts";
import { NodeCompiler } from "../src/core/incremental/node-compiler.ts";
import type { NetworkPolicy } from "../src/core/network-policy.ts";
import { NodeKernel } from "../src/daemon/node-kernel.ts";
import type { KernelBackend } from "../src/kernel/backend.ts";
import { execOrThrow, prefixExec, processExec } from "../src/kernel/exec.ts";
import { nftablesBackend, nftablesWatched } from "../src/kernel/nftables/nftables-backend.ts";
import { KernelSessions } from "../src/kernel/session/kernel-sessions.ts";
import { NftSessions } from "../src/kernel/session/nft-sessions.ts";
import { prefixSessionDoor, processSessionDoor } from "../src/kernel/session/session-door.ts";
import { type Backend, saveCommand } from "../src/kernel/variant.ts";
import { NftWitness } from "../src/kernel/witness/nft-witness.ts";
import { NodeRenderer } from "../src/render/incremental/node-renderer.ts";
import { iptablesBackend, iptablesWatched } from "../src/kernel/iptables-backend.ts";

const POLICIES = 1_000;
const LOCAL_PODS = 100;
const PEERS = 1_000;
const ROUNDS = 60;
/** The first few changes open the tools. */
const WARM_UP = 3;

const pod = (name: string, labels: Pod["labels"], value: bigint, node: string): Pod => ({
  namespace: "x",
  name,
  labels,
  addresses: [
    { family: "IPv4", value },
    { family: "IPv6", value: (0xfd00n << 112n) + value },
  ],
  ports: [],
  node,
  hostNetwork: false,
  finished: false,
  createdAt: 0,
});

const policy = (i: number, port: number): NetworkPolicy => ({
  namespace: "x",
  name: `p${i}`,
  spec: {
    podSelector: { matchLabels: { app: `a${i % LOCAL_PODS}` } },
    ingress: [
      {
        from: [{ podSelector: { matchLabels: { role: `r${i % 10}` } } }],
        ports: [{ protocol: "TCP", port }],
      },
    ],
  },
});

const peer = (i: number): Pod => pod(`peer${i}`, { role: `r${i % 10}` }, 0x0a_64_00_00n + BigInt(i), "n2");

/** One node: its share of the enforcer, and a kernel of its own. */
class Contestant {
  readonly #name: string;
  readonly #backend: KernelBackend;
  readonly #kernel: NodeKernel;
  readonly #compiler = compilerOf({
    namespaces: [{ name: "x", labels: {} }],
    pods: [
      ...Array.from({ length: LOCAL_PODS }, (_, i) =>
        pod(`l${i}`, { app: `a${i}` }, 0x0a_f4_01_00n + BigInt(i), "n1"),
      ),
      ...Array.from({ length: PEERS }, (_, i) => peer(i)),
    ],
    policies: Array.from({ length: POLICIES }, (_, i) => policy(i, 1 + i)),
  });
  readonly #node = new NodeCompiler("n1");
  readonly #renderer: NodeRenderer;

  constructor(variant: Backend, way: Way) {
    this.#name = `selvedge-bench-${process.pid}-${variant}-${way === "a process each" ? "p" : "k"}`;
    const enter: [string, ...string[]] = ["ip", "netns", "exec", this.#name];
    const exec = prefixExec(processExec, enter);
    const door = way === "a process each" ? undefined : prefixSessionDoor(processSessionDoor, enter);
    const watching = prefixSessionDoor(processSessionDoor, enter);
    // Signs what is written, and watches, as in an enforcer.
    const witness =
      variant === "legacy"
        ? undefined
        : new NftWitness(watching, variant === "nftables" ? nftablesWatched : iptablesWatched);
    this.#backend =
      variant === "nftables"
        ? nftablesBackend(exec, door && new NftSessions(door), witness)
        : iptablesBackend(exec, variant, door && new KernelSessions(door, variant), witness);
    this.#renderer = new NodeRenderer(this.#backend.layout);
    this.#kernel = new NodeKernel(this.#backend);
  }

  async begin(): Promise<void> {
    await ip("netns", "add", this.#name);
    this.#backend.witness?.watch(() => undefined);
    await this.change(() => undefined);
  }

  change(make: (compiler: ReturnType<typeof compilerOf>) => void): Promise<Sample> {
    const began = performance.now();
    make(this.#compiler);
    return this.#write(began);
  }

  async #write(began: number): Promise<Sample> {
    const program = this.#compiler.program();
    const ruleset = this.#renderer.render(this.#node.compile(program, this.#compiler.livePodsOf("n1")));
    const computed = performance.now();
    const { failures, sessionTrouble } = await this.#kernel.bring(ruleset);
    if (failures.length > 0 || sessionTrouble !== undefined)
      throw new Error(JSON.stringify({ failures, sessionTrouble }));
    const written = performance.now();
    return { all: written - began, writing: written - computed };
  }

  async end(): Promise<void> {
    await this.#kernel.close();
    await ip("netns", "del", this.#name);
  }
}

interface Sample {
  readonly all: number;
  readonly writing: number;
}

const ip = (...args: readonly string[]): Promise<string> => execOrThrow(processExec, { command: "ip", args });

const at = (times: readonly number[], share: number): string =>
  `${(times.toSorted((a, b) => a - b)[Math.floor(share * (times.length - 1))] ?? 0).toFixed(2)} ms`.padStart(
    9,
  );

const CHANGES = {
  "one peer comes or goes": (round: number) => (compiler: ReturnType<typeof compilerOf>) => {
    const guest = peer(PEERS + (round >> 1));
    if (round % 2 === 0) compiler.setPod(guest);
    else compiler.deletePod(`${guest.namespace}/${guest.name}`);
  },
  "one policy changes": (round: number) => (compiler: ReturnType<typeof compilerOf>) =>
    compiler.setPolicy(policy((round * 37) % POLICIES, 2_000 + round)),
  // Another port for peers who are others: with iptables more than one plan (docs/kernel.md, "Writing").
  "a policy and its peers": (round: number) => (compiler: ReturnType<typeof compilerOf>) => {
    const at = (round * 37) % POLICIES;
    compiler.setPolicy(policy(at, 3_000 + round));
    // Leaves one policy's peers and joins another's, which changes.
    compiler.setPod({ ...peer(PEERS + 500), labels: { role: `r${at % 10}` } });
  },
} as const;

const WAYS = ["tools kept open", "a process each"] as const;

type Way = (typeof WAYS)[number];

/** What asks a backend's tool for nothing. */
const PROBES: Readonly<Record<Backend, string>> = {
  nft: saveCommand("nft", "IPv4"),
  legacy: saveCommand("legacy", "IPv4"),
  nftables: "nft",
};

const NAMES: Readonly<Record<Backend, string>> = {
  nft: "iptables-nft",
  legacy: "iptables-legacy",
  nftables: "nftables",
};

if (process.getuid?.() !== 0) {
  console.log("bench/apply: skipped: a network namespace of its own needs root");
  process.exit(0);
}
console.log(
  `from a change to the kernel; ${POLICIES} policies, ${LOCAL_PODS} pods on the node, ${PEERS} peers, both families; ${ROUNDS} changes`,
);
for (const variant of ["nft", "legacy", "nftables"] as const) {
  if ((await processExec({ command: PROBES[variant], args: ["--version"] })).code !== 0) {
    console.log(`${NAMES[variant]}: skipped: not installed`);
    continue;
  }
  const contestants = WAYS.map((way) => ({ way, contestant: new Contestant(variant, way) }));
  for (const { contestant } of contestants) await contestant.begin();
  for (const [what, change] of Object.entries(CHANGES)) {
    const samples = new Map<string, Sample[]>(WAYS.map((way) => [way, []]));
    // Interleaved, so that a slow moment of the machine falls on both.
    for (let round = 0; round < WARM_UP * 2 + ROUNDS; round += 1) {
      for (const { way, contestant } of contestants) {
        const sample = await contestant.change(change(round));
        if (round >= WARM_UP * 2) samples.get(way)?.push(sample);
      }
    }
    for (const [way, all] of samples) {
      const whole = all.map((sample) => sample.all);
      const writing = all.map((sample) => sample.writing);
      console.log(
        `${NAMES[variant].padEnd(15)}  ${what.padEnd(22)}  ${way.padEnd(15)}  median ${at(whole, 0.5)}   10 % ${at(whole, 0.1)}   90 % ${at(whole, 0.9)}   of it writing ${at(writing, 0.5)}`,
      );
    }
  }
  for (const { contestant } of contestants) await contestant.end();
}
