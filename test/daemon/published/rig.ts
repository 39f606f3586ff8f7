import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { type Enforcer, startEnforcer } from "../../../src/daemon/enforcer.ts";
import { controlled } from "../../../src/daemon/enforcer-node/controlled.ts";
import type { Exec } from "../../../src/kernel/exec.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import type { Intercept } from "../../../src/lab/apiserver/intercept.ts";
import { iptablesBackend } from "../../../src/kernel/iptables-backend.ts";
import { type MemoryExec, isWrite, memoryExec } from "../../support/netfilter/memory-exec.ts";
import { MemoryKernel } from "../../support/netfilter/memory-kernel.ts";
import { type ControlledCluster, controlledCluster } from "../controller/fixture.ts";
import { type LogLine, NODE } from "../fixture.ts";

export interface StartedEnforcer extends Enforcer {
  /** Ends it as SIGTERM does; what it wrote stays. */
  readonly stop: () => Promise<void>;
}

/** A cluster with an API server, as many controllers as are started, and one node whose kernel is not there. */
export interface ControlledRig extends ControlledCluster {
  readonly kernel: MemoryKernel;
  readonly programs: MemoryExec;
  readonly log: readonly LogLine[];
  readonly enforce: (options?: { readonly exec?: Exec; readonly driftInterval?: number }) => StartedEnforcer;
  /** Writes to the kernel until now. */
  readonly written: () => number;
  /** Decides about the API server's answers from now on. */
  readonly disturb: (intercept: Intercept) => void;
  readonly cniCache: string;
  /** What the node's EnforcerNode says. */
  readonly said: () => Readonly<Record<string, unknown>> | undefined;
}

export async function controlledRig(): Promise<ControlledRig> {
  let intercept: Intercept = () => undefined;
  const cluster = await controlledCluster({
    intercept: (request) => intercept(request),
    bookmarkIntervalMs: 50,
  });
  // Without blocks the start gate is off: these tests ask what policies do.
  cluster.server.seed({ apiVersion: "v1", kind: "Node", metadata: { name: NODE } });
  const kernel = new MemoryKernel();
  const programs = memoryExec(kernel);
  const directory = await mkdtemp(join(tmpdir(), "selvedge-published-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const cniCache = join(directory, "results");
  const log: LogLine[] = [];
  const logger = pino({ level: "info" }, { write: (line) => void log.push(JSON.parse(line) as LogLine) });
  return {
    ...cluster,
    kernel,
    programs,
    log,
    written: () => programs.requests.filter(isWrite).length,
    disturb: (next) => {
      intercept = next;
    },
    cniCache,
    said: () =>
      cluster.server.objects("enforcernodes.selvedge.dev").find(({ metadata }) => metadata.name === NODE)?.[
        "status"
      ] as Readonly<Record<string, unknown>> | undefined,
    enforce: ({ exec = programs.exec, driftInterval = 3_600_000 } = {}) => {
      const client = new KubeClient({
        server: new URL(cluster.server.url),
        authorize: () => Promise.resolve({ headers: {}, tls: {} }),
      });
      const stop = new AbortController();
      const { signal } = stop;
      const facts = { version: "0.0.0", backend: "nft" as const };
      const options = { ...facts, node: NODE, client, namespace: "kube-system", log: logger, signal };
      const { watch, writer } = controlled(options, () => enforcer.notReady());
      const enforcer: Enforcer = startEnforcer({
        node: NODE,
        client,
        watch,
        exec,
        backend: iptablesBackend(exec, "nft"),
        log: logger,
        observers: [writer.observer],
        signal,
        driftInterval,
        startGate: "auto",
        cniCache,
      });
      const end = async (): Promise<void> => {
        stop.abort();
        await enforcer.done;
        await writer.idle();
        client.close();
      };
      onTestFinished(end);
      return { ...enforcer, stop: end };
    },
  };
}
