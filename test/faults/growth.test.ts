import { queryObjects, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { PATIENCE } from "../kube/reflector/fixture.ts";
import { faultyCluster } from "./faulty-cluster.ts";
import { pod, policy } from "../daemon/controller/fixture.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes in use once all that nobody holds is gone. */
async function heap(): Promise<number> {
  for (let i = 0; i < 3; i += 1) {
    collectGarbage();
    await sleep(20);
  }
  return process.memoryUsage().heapUsed;
}

/** Each request has one, and a timer with it: how many are left when requests have ended. */
const abortSignals = (): number => queryObjects(AbortSignal, { format: "count" });

/** Without `expect.poll`, which keeps what it was asked until the test ends. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

const ROUNDS = 20;
/** What each round's pod and namespace carry: whoever kept them, or what was read of them, would show it. */
const BALLAST = "a".repeat(100_000);

test("rounds of faults, each with a namespace, a pod and a policy that come and go, leave no watch and no memory behind", async () => {
  const cluster = await faultyCluster(50);
  const { server, client, link } = cluster;
  const controller = cluster.start();
  await cluster.converged();
  let round = 0;
  const rounds = async (count: number): Promise<void> => {
    for (const last = round + count; round < last; round += 1) {
      const name = `n${round}`;
      const labels = { app: "a", round: name, [`ballast-${name}`]: BALLAST };
      server.seed({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
      server.seed(pod(name, labels, { ip: "10.0.0.1", namespace: name }));
      const spec = {
        podSelector: {},
        ingress: [{ from: [{ podSelector: { matchLabels: { app: "a", round: name } } }] }],
      };
      const path = `/apis/networking.k8s.io/v1/namespaces/${name}/networkpolicies`;
      await client.request({ method: "POST", path, body: policy(name, spec, name) });
      await until(() => server.objects("compiledpolicies.selvedge.dev").length === 1);
      if (round % 3 === 0) link.cut();
      if (round % 5 === 0) server.expireHistory();
      if (round % 7 === 0) link.cutAfter(300);
      if (round % 20 === 0) {
        await link.refuse();
        await link.welcome();
      }
      await client.request({ method: "DELETE", path: `/api/v1/namespaces/${name}` });
      await until(() => server.objects("compiledpolicies.selvedge.dev").length === 0);
    }
    await cluster.converged();
    // Those that were cut are asked for anew, and each collection once.
    await expect.poll(server.openWatches, { timeout: 90_000 }).toBe(cluster.watched.size);
    cluster.forgetWrites();
  };
  await rounds(ROUNDS);
  const before = { heap: await heap(), signals: abortSignals() };
  await rounds(ROUNDS);
  const grown = (await heap()) - before.heap;
  const left = abortSignals() - before.signals;
  process.stdout.write(
    `faults: ${Math.round(grown / 1024)} KiB and ${left} signals more after ${ROUNDS} more rounds\n`,
  );
  expect(grown).toBeLessThan((ROUNDS * BALLAST.length) / 2);
  // A handful more or less are on their way.
  expect(left).toBeLessThan(ROUNDS);
  // To look at the whole heap may take longer than the lease may go unrenewed.
  await expect.poll(controller.isLeader, PATIENCE).toBe(true);
}, 180_000);
