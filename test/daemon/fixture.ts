import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished } from "vitest";
import { type Enforcer, type EnforcerOptions, startEnforcer } from "../../src/daemon/enforcer.ts";
import { KubeClient } from "../../src/kube/client.ts";
import type { Intercept } from "../../src/lab/apiserver/intercept.ts";
import type { JsonObject } from "../../src/lab/apiserver/json.ts";
import { type ApiServer, startApiServer } from "../../src/lab/apiserver.ts";
import { iptablesBackend } from "../../src/kernel/iptables-backend.ts";
import { bitsOf } from "../support/bits.ts";
import { type MemoryExec, isWrite, memoryExec } from "../support/netfilter/memory-exec.ts";
import { MemoryKernel } from "../support/netfilter/memory-kernel.ts";
import { passes } from "../support/netfilter/traverse.ts";

/** Patience for what is to come by itself, in milliseconds: a guard against hanging, not a bar. */
export const PATIENCE = { timeout: 20_000, interval: 5 };

/** The node that is enforced on. */
export const NODE = "n1";

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** One enforcer against an embedded API server and a kernel that is not there. */
export interface Rig {
  readonly api: ApiServer;
  readonly kernel: MemoryKernel;
  readonly programs: MemoryExec;
  readonly log: readonly LogLine[];
  /** Decides about the API server's answers from now on. */
  readonly disturb: (intercept: Intercept) => void;
  readonly start: (
    options?: Partial<Pick<EnforcerOptions, "driftInterval" | "startGate" | "observers" | "exec">>,
  ) => Enforcer;
  /** Where the node's container runtime keeps CNI results; not there at first. */
  readonly cniCache: string;
  /** Writes until now. */
  readonly writes: () => number;
}

/** Builds the parts, which end with the test; `start` starts the enforcer. */
export async function rig(): Promise<Rig> {
  let intercept: Intercept = () => undefined;
  const api = await startApiServer({ intercept: (request) => intercept(request), bookmarkIntervalMs: 50 });
  onTestFinished(() => api.close());
  const kernel = new MemoryKernel();
  const directory = await mkdtemp(join(tmpdir(), "selvedge-daemon-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const cniCache = join(directory, "cni", "results");
  const programs = memoryExec(kernel);
  const log: LogLine[] = [];
  const logger = pino({ level: "info" }, { write: (line) => void log.push(JSON.parse(line) as LogLine) });
  return {
    api,
    kernel,
    programs,
    log,
    disturb: (next) => {
      intercept = next;
    },
    cniCache,
    start: ({ driftInterval = 3_600_000, startGate = "auto", observers = [], exec = programs.exec } = {}) => {
      const client = new KubeClient({
        server: new URL(api.url),
        authorize: () => Promise.resolve({ headers: {}, tls: {} }),
      });
      const stop = new AbortController();
      const enforcer = startEnforcer({
        node: NODE,
        client,
        exec,
        backend: iptablesBackend(exec, "nft"),
        log: logger,
        observers,
        signal: stop.signal,
        driftInterval,
        startGate,
        cniCache,
      });
      onTestFinished(async () => {
        stop.abort();
        await enforcer.done;
        client.close();
      });
      return enforcer;
    },
    writes: () => programs.requests.filter(isWrite).length,
  };
}

export const ready = (enforcer: Enforcer): Promise<void> =>
  expect.poll(enforcer.notReady, PATIENCE).toBeUndefined();

/** A pod of namespace `default` that runs on the node, or on another. */
export const pod = (
  name: string,
  ip: string,
  more: { readonly node?: string; readonly annotations?: Readonly<Record<string, string>> } = {},
) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name,
    namespace: "default",
    labels: { app: name },
    creationTimestamp: "2026-01-01T00:00:00Z",
    annotations: more.annotations ?? {},
  },
  spec: { nodeName: more.node ?? NODE, containers: [{ name: "c", image: "i" }] },
  status: { phase: "Running", podIP: ip, podIPs: [{ ip }] },
});

export const policy = (name: string, spec: JsonObject) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name, namespace: "default" },
  spec,
});

/** Isolates every pod and lets only `front` in. */
export const onlyFront = policy("only-front", {
  podSelector: {},
  policyTypes: ["Ingress"],
  ingress: [{ from: [{ podSelector: { matchLabels: { app: "front" } } }] }],
});

const connects = (kernel: MemoryKernel, from: string, to: string): boolean =>
  passes(kernel.tables.IPv4, "FORWARD", {
    source: bitsOf(from),
    destination: bitsOf(to),
    protocol: "tcp",
    port: 80,
    flags: ["SYN"],
    state: "NEW",
    hasLocalSource: false,
  });

/** Addresses that pods of the node have in these tests. */
const candidates = Array.from({ length: 9 }, (_, i) => `10.244.1.${i + 1}`);

/** The addresses that the kernel lets no stranger connect to. */
export const isolatedIn = (kernel: MemoryKernel): string[] =>
  candidates.filter((address) => !connects(kernel, "9.9.9.9", address));

/** The addresses that the kernel lets connect to this one. */
export const admittedIn = (kernel: MemoryKernel, to: string): string[] =>
  candidates.filter((address) => address !== to && connects(kernel, address, to));
