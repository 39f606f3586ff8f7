import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { NodeCompiler } from "../core/incremental/node-compiler.ts";
import type { KernelBackend } from "../kernel/backend.ts";
import type { Exec } from "../kernel/exec.ts";
import type { KubeClient } from "../kube/client.ts";
import type { Host } from "../render/host.ts";
import { NodeRenderer } from "../render/incremental/node-renderer.ts";
import { type ClusterView, type ClusterViewOptions, watchCluster } from "./cluster-view.ts";
import { CniCache } from "./cni-cache.ts";
import { type EnforcerObserver, logObserver, tellAll } from "./enforcer-observer.ts";
import { FlowCutter } from "./flow-cutter.ts";
import type { GateMode, GateState } from "./gate-state.ts";
import { NodeHost } from "./node-host.ts";
import { NodeKernel } from "./node-kernel.ts";
import { StartGate, gateScope } from "./start-gate.ts";
import { Worker } from "./worker.ts";

export interface EnforcerOptions {
  readonly node: string;
  readonly client: KubeClient;
  /** How the cluster is seen; default: compiled here, as a standalone enforcer does. */
  readonly watch?: (options: ClusterViewOptions) => ClusterView;
  readonly exec: Exec;
  /** What holds the rules; ended with the enforcer. */
  readonly backend: KernelBackend;
  readonly log: Logger;
  /** Told of what happens, beside the log. */
  readonly observers?: readonly EnforcerObserver[];
  readonly signal: AbortSignal;
  /** Milliseconds between two looks at whether others have changed what is ours; default 4,000. */
  readonly driftInterval?: number;
  readonly startGate: GateMode;
  /** What is known of the node: how its kernel tells a packet of a pod to itself, and what becomes of denied ones. */
  readonly host?: Pick<Host, "selfTraffic" | "denial">;
  /** Where the container runtime's CNI library keeps its results. */
  readonly cniCache: string;
}

export interface Enforcer {
  /** Why what the cluster asks for does not stand in the kernel, in words; nothing when it does. */
  readonly notReady: () => string | undefined;
  /** Whether pods that are still to come are closed; `undefined` before the first pass. */
  readonly startGate: () => GateState | undefined;
  /** Fulfilled when the signal has ended it. Rules stay: who stops an enforcer does not mean to open pods. */
  readonly done: Promise<void>;
}

/**
 * The loop of one node: what the API server tells is compiled, cut down to this node, rendered, compared with what
 * stands, and the difference written. Nothing is written before everything has been read once; until then what the last
 * run left stays in force (fails closed for who was isolated or is new, and open only for who was known and never isolated).
 */
export function startEnforcer(options: EnforcerOptions): Enforcer {
  const { client, log, signal, observers = [], driftInterval = 4_000, watch = watchCluster } = options;
  const tell = tellAll([logObserver(log), ...observers], (error) =>
    log.error({ err: error }, "an observer failed"),
  );
  const view = watch({
    client,
    node: options.node,
    signal,
    onTrouble: tell.interrupted,
    onRecovery: tell.recovered,
    onBadObject: tell.badObject,
  });
  const node = new NodeEnforcer(options, view, tell);
  const worker = new Worker(() => node.sync(), signal);
  const heed = async (): Promise<void> => {
    if (await node.heed()) worker.ask();
  };
  options.backend.witness?.watch(() => void heed());
  const cache = new CniCache({ directory: options.cniCache, signal }, (entries) =>
    view.setCniEntries(entries),
  );
  const start = async (): Promise<void> => {
    await Promise.all([view.synced, options.startGate === "off" ? undefined : cache.start()]);
    view.subscribe(() => worker.ask());
    worker.ask();
    // A look may take long: the next begins so much after its end, so looks never follow each other without a pause.
    for (;;) {
      await sleep(driftInterval, undefined, { signal });
      await node.look();
      worker.ask();
    }
  };
  // Ends by the signal only.
  start().catch(() => undefined);
  return {
    notReady: () => node.notReady(),
    startGate: () => node.gate.state,
    done: view.done
      .then(() => worker.idle())
      .then(() => node.idle())
      .then(() => node.close()),
  };
}

/** What one pass needs and what it must remember for the next. */
class NodeEnforcer {
  #trouble: string | undefined;
  #hasBegun = false;
  readonly gate: StartGate;
  readonly #host: NodeHost;
  readonly #options: EnforcerOptions;
  readonly #view: ClusterView;
  readonly #kernel: NodeKernel;
  readonly #flows: FlowCutter;
  readonly #tell: Required<EnforcerObserver>;
  #compiler: NodeCompiler;
  #renderer: NodeRenderer;

  constructor(options: EnforcerOptions, view: ClusterView, tell: Required<EnforcerObserver>) {
    this.#options = options;
    this.#view = view;
    this.#compiler = new NodeCompiler(options.node);
    this.#renderer = new NodeRenderer(options.backend.layout);
    this.#kernel = new NodeKernel(options.backend);
    this.#flows = new FlowCutter({ ...options, onCut: tell.cutFlows });
    this.#tell = tell;
    this.gate = new StartGate(options);
    this.#host = new NodeHost({ known: options.host });
  }

  /** Why what the cluster asks for does not stand in the kernel. */
  notReady(): string | undefined {
    return this.#hasBegun ? this.#trouble : this.#view.missing();
  }

  /** Reads the kernel beside the passes: the next one repairs what others have changed. */
  async look(): Promise<void> {
    try {
      await this.#kernel.look();
    } catch (error) {
      // A fault of our own: what it would have seen the next pass sees.
      this.#tell.failed(error);
      this.#kernel.recall();
    }
  }

  /** Others were seen to write to what is ours; fulfilled with whether the next pass reads. */
  heed(): Promise<boolean> {
    return this.#kernel.heed();
  }

  /** Ends the tools that are kept open, and the witness. */
  close(): Promise<void> {
    return this.#kernel.close();
  }

  /** Fulfilled when nothing goes on beside the passes. */
  idle(): Promise<void> {
    return this.#flows.idle();
  }

  /** One pass. `again` where something could not be written: what was in force before stays so, and it is tried again. */
  async sync(): Promise<"done" | "again"> {
    try {
      return await this.#pass();
    } catch (error) {
      // A fault of our own. The next change may not meet it, and a crash would take the health and the log with it.
      this.#trouble = String(error);
      this.#hasBegun = true;
      // What they keep may be half a change: the next pass begins from scratch.
      this.#compiler = new NodeCompiler(this.#options.node);
      this.#renderer = new NodeRenderer(this.#options.backend.layout);
      this.#tell.failed(error);
      return "again";
    }
  }

  async #pass(): Promise<"done" | "again"> {
    const began = this.#view.changedSince() ?? performance.now();
    const program = this.#view.program();
    const published = this.#view.published();
    const pods = this.#view.livePods();
    const ownPods = this.#view.ownPods();
    const gate = this.gate.decide({
      podCidrs: this.#view.podCidrs(),
      local: ownPods,
      guest: this.#view.guest(),
    });
    const { host, own } = this.#host.now(ownPods);
    const local = this.#compiler.compile(program, ownPods, gateScope(gate, own));
    const ruleset = this.#renderer.render(local, host);
    const nodes = this.#view.nodes();
    this.#tell.passing();
    this.#flows.expect({ program, pods, ownPods, nodes });
    const outcome = await this.#kernel.bring(ruleset);
    const [failure] = outcome.failures;
    this.#hasBegun = true;
    this.#trouble = failure === undefined ? undefined : `${failure.step}: ${failure.message}`;
    const milliseconds = performance.now() - began;
    this.#tell.passed({ program, pods, nodes, gate, local, ruleset, outcome, milliseconds, published });
    this.#flows.follow({ program, pods, ownPods, nodes }, outcome.plans.length > 0);
    return failure === undefined ? "done" : "again";
  }
}
