import { hostname } from "node:os";
import { type Logger, pino } from "pino";
import { readCountedBeside } from "../kernel/counters/read-counted.ts";
import type { KernelBackend } from "../kernel/backend.ts";
import { type Exec, inBackground, processExec } from "../kernel/exec.ts";
import { KernelSessions } from "../kernel/session/kernel-sessions.ts";
import { mortalExec } from "../kernel/mortal.ts";
import { NftSessions } from "../kernel/session/nft-sessions.ts";
import { KeptShell } from "../kernel/session/kept-shell.ts";
import { processSessionDoor } from "../kernel/session/session-door.ts";
import { chooseBackend } from "../kernel/choose-backend.ts";
import { gateLine } from "../kernel/gate-line.ts";
import { processStreamExec } from "../kernel/stream-exec.ts";
import type { Backend } from "../kernel/variant.ts";
import { iptablesBackend, iptablesWatched } from "../kernel/iptables-backend.ts";
import { nftablesBackend, nftablesWatched } from "../kernel/nftables/nftables-backend.ts";
import { NftWitness, type WatchedPart } from "../kernel/witness/nft-witness.ts";
import type { KubeClient } from "../kube/client.ts";
import { type ConnectOptions, connect } from "../kube/connect.ts";
import type { Host } from "../render/host.ts";
import { DenialWatch } from "./denials/denial-watch.ts";
import { watchCluster } from "./cluster-view.ts";
import { controlled } from "./enforcer-node/controlled.ts";
import { startEnforcer } from "./enforcer.ts";
import { EventWriter } from "./events/event-writer.ts";
import { findHost } from "./find-host.ts";
import { findLeftovers } from "./find-leftovers.ts";
import type { GateMode } from "./gate-state.ts";
import { serveHealth } from "./health.ts";
import { CounterReader } from "./metrics/counter-reader.ts";
import { metrics } from "./metrics/metrics.ts";
import { growWithHeap, staySmall } from "./stay-small.ts";

export interface RunEnforcerOptions {
  /** Of Selvedge. */
  readonly version: string;
  /** Default: this machine's name, as kubelet's. */
  readonly node: string | undefined;
  /** `controller`: carries out what a controller publishes. `standalone`: compiles the cluster itself. */
  readonly mode: "controller" | "standalone";
  /** Of the controllers' Lease. */
  readonly namespace: string;
  readonly connection: ConnectOptions;
  readonly backend: Backend | "auto";
  readonly logLevel: string;
  readonly healthPort: number;
  /** Where `/metrics` is served to others, beside loopback; nowhere by default. */
  readonly metricsHost?: string | undefined;
  readonly metricsPort: number;
  readonly startGate: GateMode;
  /** What becomes of packets that policies deny. */
  readonly deny: Host["denial"];
  readonly cniCache: string;
  /** Whether denials are written as Events on pods. */
  readonly events: "on" | "off";
}

const nftWitness = (watched: WatchedPart, log: Logger): NftWitness =>
  new NftWitness(processSessionDoor, watched, {
    onBlind: (trouble) => log.warn({ trouble }, "what others change is seen by looks alone for now"),
    onSight: () => log.info("what others change is seen as it happens again"),
  });

/** What holds the rules, written by tools that are kept open. */
function kernelBackend(exec: Exec, backend: Backend, log: Logger): KernelBackend {
  if (backend === "nftables")
    return nftablesBackend(exec, new NftSessions(processSessionDoor), nftWitness(nftablesWatched, log));
  // Nobody tells of what is written to iptables-legacy.
  const witness = backend === "nft" ? nftWitness(iptablesWatched, log) : undefined;
  return iptablesBackend(exec, backend, new KernelSessions(processSessionDoor, backend), witness);
}

/** Looks beside everything else: to read all rules of a large node takes a while, and nothing waits for it. */
async function tellLeftovers(exec: Exec, backend: Backend, log: Logger): Promise<void> {
  const leftovers = await findLeftovers(inBackground(exec), backend).catch(() => []);
  if (leftovers.length > 0)
    log.warn(
      { leftovers },
      "rules of an enforcer with another backend stand, too, and deny what they denied: once this one is ready, run selvedge cleanup --backend with nft, legacy or nftables, whichever was left",
    );
}

/** Runs the enforcer as a process: until SIGTERM or SIGINT, with logs on standard output. Returns the exit code. */
export async function runEnforcer(options: RunEnforcerOptions): Promise<number> {
  staySmall();
  const node = options.node ?? hostname().toLowerCase();
  const log = pino({ level: options.logLevel, base: { node } });
  const stop = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => stop.abort());
  let client: KubeClient | undefined;
  const exec = mortalExec(processExec);
  const shell = new KeptShell(processSessionDoor, exec);
  try {
    client = await connect(options.connection);
    const backend = options.backend === "auto" ? await chooseBackend(processExec) : options.backend;
    const { startGate, cniCache } = options;
    const host = await findHost(processExec, backend, options.deny, log);
    const { signal } = stop;
    const counters = new CounterReader(() => readCountedBeside(processExec, backend));
    const measured = metrics(counters);
    const events = options.events === "on" ? new EventWriter({ node, client, log, signal }) : undefined;
    const told = events === undefined ? {} : { onDenial: events.take };
    const denials = new DenialWatch({ node, run: processStreamExec, log, signal, ...told });
    const { watch, writer } =
      options.mode === "standalone"
        ? { watch: watchCluster, writer: undefined }
        : controlled({ ...options, node, client, log, signal, backend }, () => enforcer.notReady());
    const enforcer = startEnforcer({
      observers: [
        growWithHeap(),
        counters.observer,
        measured.observer,
        denials.observer,
        ...(writer === undefined ? [] : [writer.observer]),
      ],
      node,
      client,
      watch,
      exec: shell.exec,
      backend: kernelBackend(exec, backend, log),
      log,
      signal,
      startGate,
      host,
      cniCache,
    });
    const health = await serveHealth({
      host: "127.0.0.1",
      port: options.healthPort,
      notReady: enforcer.notReady,
      notes: () => {
        const gate = enforcer.startGate();
        return gate === undefined ? [] : [gateLine(gate)];
      },
      routes: new Map([
        ["/metrics", measured.route],
        ["/denials", denials.feed.route],
      ]),
    });
    // Denials tell addresses, and stay on loopback.
    const exposed =
      options.metricsHost === undefined
        ? undefined
        : await serveHealth({
            host: options.metricsHost,
            port: options.metricsPort,
            notReady: enforcer.notReady,
            routes: new Map([["/metrics", measured.route]]),
          });
    counters.start(signal);
    events?.start();
    denials.start();
    void tellLeftovers(processExec, backend, log);
    log.info(
      { backend, mode: options.mode, denial: host.denial, healthPort: health.port },
      "enforcer started",
    );
    await enforcer.done;
    await writer?.idle();
    health.close();
    exposed?.close();
    log.info("stopped; the rules stay in force");
    return 0;
  } catch (error) {
    log.fatal({ error: error instanceof Error ? error.message : String(error) }, "cannot start");
    return 1;
  } finally {
    stop.abort();
    client?.close();
    await shell.close();
  }
}
