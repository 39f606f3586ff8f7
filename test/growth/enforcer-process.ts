/*
 * An enforcer, as it runs on a node but for the kernel, which is one in memory. Argument: the API server. Asked by a
 * message, it collects its garbage and tells what it holds. Run with --expose-gc.
 */
import { readdirSync } from "node:fs";
import { pino } from "pino";
import { startEnforcer } from "../../src/daemon/enforcer.ts";
import { CounterReader } from "../../src/daemon/metrics/counter-reader.ts";
import { metrics } from "../../src/daemon/metrics/metrics.ts";
import { KubeClient } from "../../src/kube/client.ts";
import type { Exec } from "../../src/kernel/exec.ts";
import { iptablesBackend } from "../../src/kernel/iptables-backend.ts";
import { NODE } from "../daemon/fixture.ts";
import { memoryExec } from "../support/netfilter/memory-exec.ts";
import { MemoryKernel } from "../support/netfilter/memory-kernel.ts";
import type { Holding } from "./holding.ts";

const [server = "", cniCache = ""] = process.argv.slice(2);
const kernel = new MemoryKernel();
const programs = memoryExec(kernel);
let passes = 0;
let writes = 0;
const measured = metrics(new CounterReader(() => Promise.reject(new Error("no counters here"))));
const exec: Exec = (request) => {
  // What the double remembers of each call is no part of an enforcer.
  programs.requests.splice(0);
  return programs.exec(request);
};
const enforcer = startEnforcer({
  node: NODE,
  client: new KubeClient({
    server: new URL(server),
    authorize: () => Promise.resolve({ headers: {}, tls: {} }),
  }),
  exec,
  backend: iptablesBackend(exec, "nft"),
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

function holding(): Holding {
  // Twice: what the first lets go of may hold more.
  global.gc?.();
  global.gc?.();
  const resources = Object.groupBy(process.getActiveResourcesInfo(), (name) => name);
  return {
    notReady: enforcer.notReady(),
    heap: process.memoryUsage().heapUsed,
    resources: Object.fromEntries(Object.entries(resources).map(([name, all]) => [name, all?.length ?? 0])),
    descriptors: readdirSync("/proc/self/fd").length,
    sets: [...kernel.sets.values()].map(({ name, entries }) => `${name} ${entries.size}`).toSorted(),
    chains: [kernel.saveTable("IPv4"), kernel.saveTable("IPv6")].map((text) => text.split("\n").toSorted()),
    passes,
    writes,
  };
}

process.on("message", () => void process.send?.(holding()));
process.once("disconnect", () => process.exit(0));
