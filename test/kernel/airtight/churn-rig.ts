import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../../../src/core/compile.ts";
import { type Plan, isEmptyPlan, planWrites } from "../../../src/kernel/plan.ts";
import type { KernelState } from "../../../src/kernel/state.ts";
import { type EnforcerBackend, iptablesBeside } from "../../../src/lab/backend.ts";
import { clusterNow } from "../../../src/lab/cluster/cluster-now.ts";
import type { LabCluster } from "../../../src/lab/cluster/lab-cluster.ts";
import { netnsPath, podNetns } from "../../../src/lab/names.ts";
import type { LabNode } from "../../../src/lab/node.ts";
import { Stream, type StreamWay } from "../../../src/lab/prober/stream.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { plainHost } from "../../../src/render/host.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { bitsOf } from "../../support/bits.ts";
import { must } from "../../support/must.ts";
import type { Packet } from "../../support/netfilter/packet.ts";
import { passes } from "../../support/netfilter/traverse.ts";
import { familyOf, kernelWith } from "../../support/packet-interpreter.ts";
import { rulesetOf } from "../../support/transition.ts";
import { playground } from "../enforcer/playground.ts";
import { rulesetFor } from "../ruleset-for.ts";
import { standingIn } from "../standing-in.ts";
import type { Due } from "./ledger.ts";

/** Pods that are talked to; policies are of namespace x, so all that they isolate is on node1, where the enforcer runs. */
const TALKERS = [
  { namespace: "x", name: "a", node: "node1", labels: { app: "web" } },
  { namespace: "x", name: "b", node: "node1", labels: { app: "client" } },
  { namespace: "x", name: "c", node: "node1", labels: { app: "stray" } },
  { namespace: "y", name: "d", node: "node1", labels: { app: "client" } },
  { namespace: "y", name: "e", node: "node2", labels: { app: "client" } },
  { namespace: "y", name: "f", node: "node2", labels: { app: "web" } },
] as const;

export const talkers = TALKERS.map(({ namespace, name }) => `${namespace}/${name}`) as [string, ...string[]];

/** All of them together, packets a second. */
const RATE = 3_000;
const PATIENCE_MS = 30_000;

const isOnNode1 = (name: string): boolean =>
  TALKERS.some((each) => `${each.namespace}/${each.name}` === name && each.node === "node1");

/** What the API server holds, what node1 has to hold for it, and what that does to the traffic. */
export interface Stage {
  readonly ruleset: Ruleset;
  readonly isOpen: (way: StreamWay) => boolean;
}

/** The window in which neighbours are found: what becomes of its packets is nobody's doing. */
export const WARM_UP = 1;

/** Every way that packets are sent. */
const WAYS: readonly StreamWay[] = talkers.flatMap((from) =>
  talkers
    .filter((to) => to !== from && (isOnNode1(from) || isOnNode1(to)))
    .flatMap((to) =>
      (["udp", "tcp"] as const).flatMap((protocol) =>
        (["v4", "v6"] as const).map((family): StreamWay => ({ from, to, protocol, family })),
      ),
    ),
);

const wayText = ({ from, to, protocol, family }: StreamWay): string =>
  `${from} -> ${to} ${protocol} ${family}`;

/** A lab with traffic on it. */
export interface ChurnRig {
  readonly cluster: LabCluster;
  readonly node: LabNode;
  readonly stream: Stream;
  readonly stage: () => Promise<Stage>;
  /** Waits until node1's kernel holds the stage, and nothing else of ours that rules name. */
  readonly enforced: (stage: Stage) => Promise<void>;
  /** Sends in the window of that name until something has come in by every way that is open. */
  readonly warmUp: (stage: Stage) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function churnRig(name: string, backend: EnforcerBackend): Promise<ChurnRig> {
  const cluster = await playground(name, iptablesBeside(backend), TALKERS);
  const { lab, pods, control } = cluster;
  const node = must(lab.nodes[0]);
  const stream = await Stream.start({
    lab: name,
    rate: RATE,
    windowFile: join(lab.dir, "window"),
    ends: talkers.map((key) => {
      const { sandboxId, addresses } = must(pods.get(key), key);
      return { name: key, addresses, netnsPath: netnsPath(podNetns(name, sandboxId)) };
    }),
    isSent: (from, to) => isOnNode1(from.name) || isOnNode1(to.name),
  });
  const packetOf = ({ from, to, protocol, family }: StreamWay): Packet => ({
    source: bitsOf(must(pods.get(from)).addresses[family]),
    destination: bitsOf(must(pods.get(to)).addresses[family]),
    state: "NEW",
    hasLocalSource: false,
    ...(protocol === "udp"
      ? { protocol: "udp", port: 5000 }
      : { protocol: "tcp", port: 5001, flags: ["SYN"] }),
  });
  return {
    cluster,
    node,
    stream,
    stage: async () => stageOf(backend, await clusterNow(control.client), packetOf),
    enforced: async ({ ruleset }) => {
      const deadline = performance.now() + PATIENCE_MS;
      for (;;) {
        // iptables-save stumbles over a set that the enforcer destroys meanwhile.
        const standing = await standingIn(node.exec, backend).catch(String);
        const plan = typeof standing === "string" ? undefined : planWrites(standing, ruleset);
        // A set that no rule names any longer goes when the kernel lets go of it.
        if (plan !== undefined && isEmptyPlan({ ...plan, destroy: [] })) return;
        if (performance.now() > deadline)
          throw new Error(`node1 is not as it should be: ${leftOf(plan ?? standing)}`);
        await sleep(5);
      }
    },
    warmUp: async ({ isOpen }) => {
      await stream.window(WARM_UP);
      const deadline = performance.now() + PATIENCE_MS;
      for (;;) {
        const heard = new Set(
          stream
            .counts()
            .flatMap(({ window, way, received }) =>
              window === WARM_UP && received > 0 ? [wayText(way)] : [],
            ),
        );
        const silent = WAYS.filter((way) => isOpen(way) && !heard.has(wayText(way)));
        if (silent.length === 0) return;
        if (performance.now() > deadline)
          throw new Error(`nothing comes in: ${silent.map(wayText).join(", ")}`);
        await sleep(50);
      }
    },
    close: async () => {
      await stream.close();
      await teardown(name);
    },
  };
}

const leftOf = (plan: Plan | KernelState | string): string =>
  typeof plan === "string" || !("destroy" in plan)
    ? JSON.stringify(plan)
    : [...plan.setsBefore, ...plan.tables.values(), ...plan.setsAfter, ...plan.destroy].join("\n");

const host = { ...plainHost, bridges: ["cni0"] };

function stageOf(backend: EnforcerBackend, cluster: Cluster, packetOf: (way: StreamWay) => Packet): Stage {
  // What iptables' rules do to a packet, all of them must.
  const kernel = kernelWith(rulesetOf(cluster, "node1", undefined, host));
  const known = new Map<string, boolean>();
  return {
    ruleset: rulesetFor(backend, cluster, "node1", host),
    isOpen: (way) => {
      const key = Object.values(way).join(" ");
      const packet = packetOf(way);
      const isOpen = known.get(key) ?? passes(kernel.tables[familyOf(packet)], "FORWARD", packet);
      known.set(key, isOpen);
      return isOpen;
    },
  };
}

/** What is due to packets where the kernel may go from any of the stages to any that came later, past those between. */
export const dueAmong =
  (stages: readonly Stage[]) =>
  (way: StreamWay): Due => {
    const isOpen = stages.map((stage) => stage.isOpen(way));
    if (isOpen.every(Boolean)) return "open";
    return isOpen.some(Boolean) ? "either" : "closed";
  };
