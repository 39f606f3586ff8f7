/*
 * An enforcer, as it runs on a node. Arguments: the API server, an empty directory, and the network namespace that is the node;
 * without one the kernel is one in memory. Asked by a message, it collects its garbage and tells what it holds. Run with
 * --expose-gc.
 */
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { startEnforcer } from "../../src/daemon/enforcer.ts";
import { CounterReader } from "../../src/daemon/metrics/counter-reader.ts";
import { metrics } from "../../src/daemon/metrics/metrics.ts";
import { KubeClient } from "../../src/kube/client.ts";
import { NODE } from "../daemon/fixture.ts";
import type { Holding } from "./holding.ts";
import { nodeInMemory, nodeInNetns } from "./node-under-test.ts";

const [server = "", cniCache = "", netns] = process.argv.slice(2);
const { exec, backend, keepsOpen, held, programs } =
  netns === undefined ? nodeInMemory() : nodeInNetns(netns);
let passes = 0;
let writes = 0;
const measured = metrics(new CounterReader(() => Promise.reject(new Error("no counters here"))));
const enforcer = startEnforcer({
  node: NODE,
  client: new KubeClient({
    server: new URL(server),
    authorize: () => Promise.resolve({ headers: {}, tls: {} }),
  }),
  exec,
  backend,
  log: pino({ level: "info" }, { write: () => undefined }),
  observers: [
    measured.observer,
    {
      passed: ({ outcome }) => {
        passes += 1;
        writes += outcome.commands;
      },
    },
  ],
  signal: new AbortController().signal,
  driftInterval: 200,
  startGate: "auto",
  cniCache,
});

const activeOf = (kind: string): number =>
  process.getActiveResourcesInfo().filter((name) => name === kind).length;

/** Between two looks at the kernel: of programs none runs but those that are kept open. */
async function betweenLooks(): Promise<void> {
  for (let tries = 0; activeOf("ProcessWrap") > keepsOpen && tries < 2_000; tries += 1) await sleep(5);
}

async function holding(): Promise<Holding> {
  const { sets, chains } = await held();
  await betweenLooks();
  // Twice: what the first lets go of may hold more.
  global.gc?.();
  global.gc?.();
  const resources = Object.groupBy(process.getActiveResourcesInfo(), (name) => name);
  return {
    notReady: enforcer.notReady(),
    programs: await programs(),
    heap: process.memoryUsage().heapUsed,
    resources: Object.fromEntries(Object.entries(resources).map(([name, all]) => [name, all?.length ?? 0])),
    descriptors: readdirSync("/proc/self/fd").length,
    sets,
    chains,
    passes,
    writes,
  };
}

process.on("message", () => {
  void holding().then((told) => process.send?.(told));
});
process.once("disconnect", () => process.exit(0));
