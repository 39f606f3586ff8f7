import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { isMarked } from "../../src/daemon/controller/published-mark.ts";
import { publication } from "../contract/oracle.ts";
import { PATIENCE } from "../kube/reflector/fixture.ts";
import { type Change, make } from "./changes.ts";
import { LEASE, TIMES, faultyCluster, isOwnWrite, senderOf } from "./faulty-cluster.ts";

const policy = (name: string, from: readonly string[]): Change => ({ kind: "policy", name, to: "a", from });

/**
 * The writes of a leader arrive only when another has long taken over, and has published something newer, as packets do
 * that hung in a network: whatever kind of write it is, it must undo nothing.
 */
test.each<{
  readonly what: string;
  readonly before: readonly Change[];
  readonly held: Change;
  readonly next: Change;
}>([
  { what: "a creation", before: [], held: policy("p0", ["b"]), next: policy("p0", ["c"]) },
  { what: "a change", before: [policy("p0", [])], held: policy("p0", ["b"]), next: policy("p0", ["c"]) },
  {
    what: "a change of what is gone",
    before: [policy("p0", [])],
    held: policy("p0", ["b"]),
    next: { kind: "no policy", name: "p0" },
  },
  {
    what: "a deletion",
    before: [policy("p0", ["b"])],
    held: { kind: "no policy", name: "p0" },
    next: policy("p0", ["b"]),
  },
])("$what by a deposed leader that arrives late undoes nothing", async ({ before, held, next }) => {
  const cluster = await faultyCluster();
  for (const change of before) await make(cluster, change);
  const old = cluster.start();
  await expect.poll(old.isLeader, PATIENCE).toBe(true);
  await cluster.converged();
  // The pass is over, and the next write is the next change's.
  await expect.poll(() => cluster.client.request({ path: LEASE }).then(isMarked), PATIENCE).toBe(true);
  await sleep(50);
  // A group that comes late, and that no policy names, opens nothing; the next leader takes it away.
  const policies = async (): Promise<unknown> =>
    Object.entries(await publication(cluster.client)).filter(([name]) => name.startsWith("policy "));
  const gate = Promise.withResolvers<undefined>();
  let waiting = 0;
  cluster.disturb((request) => {
    if (senderOf(request) !== old.name || request.method === "GET") return undefined;
    // Groups that are written pass, so that it comes to the policy.
    const isHeld = request.path.includes("compiledpolicies") || request.method === "DELETE";
    if (isOwnWrite(request) && isHeld) waiting += 1;
    // From then on its lease cannot be renewed either.
    return waiting > 0 ? gate.promise : undefined;
  });
  await make(cluster, held);
  await expect.poll(() => waiting, PATIENCE).toBeGreaterThan(0);
  const fresh = cluster.start();
  await expect.poll(fresh.isLeader, PATIENCE).toBe(true);
  expect(old.isLeader()).toBe(false);
  await make(cluster, next);
  await cluster.converged();
  const stands = await policies();
  const statuses = (): unknown => cluster.server.objects("compiledpolicies.selvedge.dev");
  const said = statuses();
  const { length } = cluster.writes;
  // Without stepping down: the lease is not free, and the old leader no leader again.
  await fresh.kill();
  gate.resolve(undefined);
  await sleep(2 * TIMES.retryPeriod);
  // Nobody is there who would put it right.
  await old.kill();
  expect(await policies()).toEqual(stands);
  expect(statuses()).toEqual(said);
  expect(cluster.writes.slice(length).filter((request) => senderOf(request) === old.name)).toEqual([]);
  cluster.start();
  await cluster.converged();
});

test("a holder's clock that is years off, either way, is not asked: only whether it renews", async () => {
  const cluster = await faultyCluster();
  const { client } = cluster;
  const leases = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";
  const record = (year: number, count: number): object => ({
    holderIdentity: "somebody",
    leaseDurationSeconds: 1,
    acquireTime: `${year}-01-01T00:00:00.000000Z`,
    renewTime: `${year}-01-01T00:00:00.${String(count).padStart(6, "0")}Z`,
    leaseTransitions: 0,
  });
  const metadata = { name: "selvedge-controller", namespace: "kube-system" };
  const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec: record(1999, 0) };
  await client.request({ method: "POST", path: leases, body: lease });
  const controller = cluster.start();
  await make(cluster, policy("p0", ["b"]));
  const renew = (year: number, count: number): Promise<unknown> =>
    client.request({
      method: "PATCH",
      path: `${leases}/selvedge-controller`,
      contentType: "application/merge-patch+json",
      body: { spec: record(year, count) },
    });
  // Long past, but renewed: it holds.
  for (let i = 1; i <= 15; i += 1) {
    await renew(1999, i);
    await sleep(100);
  }
  expect(controller.isLeader()).toBe(false);
  expect(await publication(client)).toEqual({});
  // Far in the future, and renewed no more: it is taken.
  await renew(2999, 0);
  await cluster.converged();
  // Again, where this process slept for longer than the deadline just now.
  await expect.poll(controller.isLeader, PATIENCE).toBe(true);
});
