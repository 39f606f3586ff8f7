import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { compile } from "../../../src/core/compile.ts";
import { policyKey } from "../../../src/core/policy.ts";
import type { KubeClient } from "../../../src/kube/client.ts";
import { clusterNow } from "../../../src/lab/cluster/cluster-now.ts";
import type { LabCluster } from "../../../src/lab/cluster/lab-cluster.ts";
import type { RunningController } from "../../../src/lab/cluster/controllers.ts";
import { apply, mergePatch, objectPath, remove } from "../../../src/lab/cluster/objects.ts";
import { type TestPod, networkPolicy, way } from "../enforcer/playground.ts";
import { enforcedAll } from "./conditions.ts";
import type { ControlledCluster } from "./controlled-cluster.ts";
import { isPublished } from "./published.ts";

/** Who the storm is about: the server, its friend, who may always, and a stranger, who may never. */
export const stormPods: readonly TestPod[] = [
  { name: "server", node: "node1", labels: { app: "server" } },
  { name: "friend", node: "node2", labels: { app: "friend" } },
  { name: "stranger", node: "node2" },
];

export const onlyFriends = networkPolicy("server", {
  podSelector: { matchLabels: { app: "server" } },
  ingress: [{ from: [{ podSelector: { matchLabels: { app: "friend" } } }] }],
});

const A_SECOND = 100;
/** Unanswered changes: a machine that cannot keep up gets fewer a second, not a heap of them that nobody gets through. */
const AT_ONCE = 20;
/** Before the leader is killed, and after the next one leads. */
const AROUND_MS = 1_500;
const GIVE_UP_MS = 60_000;

const select = (app: string): object => ({ podSelector: { matchLabels: { app } } });

async function change(client: KubeClient, i: number): Promise<void> {
  const name = `storm-${i % 40}`;
  const ref = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", namespace: "x", name };
  if (i % 7 === 6) return remove(client, ref).catch(() => undefined);
  if (i % 5 === 4) {
    const stranger = objectPath({ apiVersion: "v1", kind: "Pod", namespace: "x", name: "stranger" });
    return mergePatch(client, stranger, { metadata: { labels: { app: `stranger-${i % 3}` } } });
  }
  const ports = [{ port: 1 + (i % 60_000) }];
  const ingress = [{ from: [select(`nobody-${i % 9}`)], ports }];
  return apply(client, networkPolicy(name, { ...select(i % 2 === 0 ? "friend" : "server"), ingress }));
}

const hasLed = async ({ logFile }: RunningController): Promise<boolean> =>
  (await readFile(logFile, "utf8")).includes('"leading"');

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + GIVE_UP_MS; performance.now() < deadline; await sleep(50))
    if (await isSo()) return;
  throw new Error(`after ${GIVE_UP_MS} ms still not: ${what}`);
}

export interface Storm {
  readonly changes: number;
  readonly seconds: number;
  /** Changes that the API server did not take. */
  readonly failed: readonly unknown[];
  readonly probes: number;
  /** Probes that were not answered as they always must be. */
  readonly wrong: readonly string[];
  /** From the leader's death until another leads, in milliseconds. */
  readonly leaderless: number;
  /** From the last change until what is published is what the cluster asks for, and until all of it is Enforced. */
  readonly published: number;
  readonly enforced: number;
}

/** Sends changes until it is told to stop; returns how many. */
async function storm(client: KubeClient, calm: AbortSignal, failed: unknown[]): Promise<number> {
  const unanswered = new Set<Promise<void>>();
  let changes = 0;
  for (let next = performance.now(); !calm.aborted; next += 1000 / A_SECOND) {
    await sleep(Math.max(0, next - performance.now()));
    while (unanswered.size >= AT_ONCE) await Promise.race(unanswered);
    const asked = change(client, changes)
      .catch((error: unknown) => void failed.push(error))
      .finally(() => unanswered.delete(asked));
    unanswered.add(asked);
    changes += 1;
  }
  await Promise.all(unanswered);
  return changes;
}

/** Sends packets until it is told to stop; returns how many, and adds those that were not answered as they always must be. */
async function probe(cluster: LabCluster, over: AbortSignal, wrong: string[]): Promise<number> {
  let probes = 0;
  for (; !over.aborted; probes += 1) {
    if ((await way(cluster, { from: "x/stranger", to: "x/server" })) === "open")
      wrong.push(`leaked ${probes}`);
    if ((await way(cluster, { from: "x/friend", to: "x/server" })) === "closed") wrong.push(`lost ${probes}`);
  }
  return probes;
}

/**
 * A hundred changes a second, without a pause from before the leader is killed until after another one leads, and packets all
 * the while whose verdict never changes. Resolves when all is Enforced as it then is.
 */
export async function takeoverInStorm({ cluster, controllers }: ControlledCluster): Promise<Storm> {
  const { client } = cluster.control;
  const [a, b] = controllers;
  await until("one of both leads", async () => (await hasLed(a)) || (await hasLed(b)));
  const [first, second] = (await hasLed(a)) ? [a, b] : [b, a];
  const [calm, over] = [new AbortController(), new AbortController()];
  const wrong: string[] = [];
  const failed: unknown[] = [];
  const probing = probe(cluster, over.signal, wrong);
  try {
    const began = performance.now();
    const storming = storm(client, calm.signal, failed);
    await sleep(AROUND_MS);
    await first.kill();
    const killed = performance.now();
    await until("the other one leads", () => hasLed(second));
    const leaderless = performance.now() - killed;
    await sleep(AROUND_MS);
    calm.abort();
    const changes = await storming;
    const last = performance.now();

    await until("published as the cluster asks for", () => isPublished(client));
    const published = performance.now() - last;
    const keys = compile(await clusterNow(client))
      .tiers.flatMap((tier) => tier.policies)
      .map(policyKey);
    await until("every policy Enforced", async () => {
      const all = new Set(await enforcedAll(client));
      return all.size === keys.length && keys.every((key) => all.has(key));
    });
    const enforced = performance.now() - last;
    over.abort();
    const probes = await probing;
    const seconds = (last - began) / 1000;
    return { changes, seconds, failed, probes, wrong, leaderless, published, enforced };
  } finally {
    calm.abort();
    over.abort();
  }
}

const whole = (number: number): string => number.toFixed(0);

/** In a line. */
export const stormText = ({ changes, seconds, probes, leaderless, published, enforced }: Storm): string =>
  `${changes} changes in ${seconds.toFixed(1)} s (${whole(changes / seconds)} a second); another leads ${whole(leaderless)} ms after the leader was killed; ` +
  `all published ${whole(published)} ms and Enforced ${whole(enforced)} ms after the last change; ${probes} probes`;
