import { expect, test } from "vitest";
import { type Change, make } from "./changes.ts";
import { LEASE, type FaultyCluster, faultyCluster, isOwnWrite } from "./faulty-cluster.ts";

/** A publication with every kind of write: a group and a policy that are new, change and go. */
const before: readonly Change[] = [
  { kind: "pod", name: "x0", app: "a", node: "node-a" },
  { kind: "policy", name: "p0", to: "a", from: ["b"] },
  { kind: "policy", name: "p1", to: "b", from: ["c"] },
];
const after: readonly Change[] = [
  { kind: "pod", name: "x1", app: "b", node: "node-b" },
  { kind: "policy", name: "p0", to: "b", from: ["a"] },
  { kind: "no policy", name: "p1" },
  { kind: "policy", name: "p2", to: "c", from: ["b", "c"] },
];

async function makeAll(cluster: FaultyCluster, changes: readonly Change[]): Promise<void> {
  for (const change of changes) await make(cluster, change);
}

/** As when nobody has renewed it for its duration. */
const expireLease = async ({ client }: FaultyCluster): Promise<unknown> =>
  client.request({ method: "DELETE", path: LEASE }).catch(() => undefined);

/** Kills a controller at its nth write, and lets a fresh one take over; false where there were fewer writes. */
async function killAt(n: number, how: "cut" | "cut-answer"): Promise<boolean> {
  const cluster = await faultyCluster();
  await makeAll(cluster, before);
  const first = cluster.start();
  await cluster.converged();
  await first.stop();
  await makeAll(cluster, after);
  const reached = Promise.withResolvers<undefined>();
  let seen = 0;
  let isDead = false;
  cluster.disturb((request) => {
    if (isDead) return "cut";
    if (!isOwnWrite(request)) return undefined;
    seen += 1;
    if (seen < n) return undefined;
    isDead = true;
    reached.resolve(undefined);
    return how;
  });
  const victim = cluster.start();
  const wasReached = await Promise.race([
    reached.promise.then(() => true),
    cluster.converged().then(
      () => isDead,
      () => true,
    ),
  ]);
  await victim.kill();
  cluster.disturb(() => undefined);
  await expireLease(cluster);
  cluster.start();
  await cluster.converged();
  return wasReached;
}

test.each(["cut", "cut-answer"] as const)(
  "a controller that is killed at any write of a publication (%s) leaves what the next one completes",
  async (how) => {
    let n = 1;
    while (await killAt(n, how)) n += 1;
    process.stdout.write(`faults: killed at each of ${n - 1} writes (${how})\n`);
    expect(n).toBeGreaterThan(6);
  },
  120_000,
);
