import type { Logger } from "pino";
import { formatAddress } from "../core/address.ts";
import { compile } from "../core/compile.ts";
import { type Pod, keyOf } from "../core/cluster.ts";
import { livePods } from "../core/live-pods.ts";
import { nodeProgram } from "../core/node-program.ts";
import type { Program } from "../core/program.ts";
import { cutFlows, describeFlow, listFlows } from "../kernel/conntrack.ts";
import type { Exec } from "../kernel/exec.ts";
import { isEmptyPlan } from "../kernel/plan.ts";
import type { Variant } from "../kernel/variant.ts";
import type { KubeClient } from "../kube/client.ts";
import { renderIptables } from "../render/iptables.ts";
import { type ClusterView, watchCluster } from "./cluster-view.ts";
import { deniedFlows, flowsOf } from "./denied-flows.ts";
import { NodeKernel, type Outcome } from "./node-kernel.ts";
import { ownAddresses } from "./own-addresses.ts";
import { Worker } from "./worker.ts";

export interface EnforcerOptions {
  readonly node: string;
  readonly client: KubeClient;
  readonly exec: Exec;
  readonly variant: Variant;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Milliseconds between two looks at whether others have changed what is ours; default 5,000. */
  readonly driftInterval?: number;
}

export interface Enforcer {
  /** Why what the cluster asks for does not stand in the kernel, in words; nothing when it does. */
  readonly notReady: () => string | undefined;
  /** Fulfilled when the signal has ended it. Rules stay: who stops an enforcer does not mean to open pods. */
  readonly done: Promise<void>;
}

/**
 * The loop of one node: what the API server tells is compiled, cut down to this node, rendered, compared with what
 * stands, and the difference written. Nothing is written before everything has been read once; until then what the last
 * run left stays in force (fails closed for who was isolated, and open only for who never was).
 */
export function startEnforcer(options: EnforcerOptions): Enforcer {
  const { client, log, signal, driftInterval = 5_000 } = options;
  const node = new NodeEnforcer(options, () => view);
  const worker = new Worker(() => node.sync(), signal);
  let synced = false;
  const view = watchCluster({
    client,
    signal,
    onChange: () => {
      if (synced) worker.ask();
    },
    onTrouble: (trouble) =>
      log.warn({ trouble }, "the API server cannot be followed; what stands stays in force"),
    onBadObject: (object, problems, consequence) =>
      log.warn({ object, problems, consequence }, "invalid object"),
  });
  const start = async (): Promise<void> => {
    await view.synced;
    synced = true;
    worker.ask();
  };
  const drift = setInterval(() => {
    if (!synced) return;
    node.recall();
    worker.ask();
  }, driftInterval);
  signal.addEventListener("abort", () => clearInterval(drift), { once: true });
  void start();
  return {
    notReady: () => (synced ? node.trouble : "waiting for the first whole view of the cluster"),
    done: view.done.then(() => worker.idle()),
  };
}

/** What one pass needs and what it must remember for the next. */
class NodeEnforcer {
  trouble: string | undefined = "nothing is in force yet";
  readonly #options: EnforcerOptions;
  readonly #view: () => ClusterView;
  readonly #kernel: NodeKernel;
  /** By address: the pod that has it, and since when. */
  #owners: ReadonlyMap<string, string> = new Map();

  constructor(options: EnforcerOptions, view: () => ClusterView) {
    this.#options = options;
    this.#view = view;
    this.#kernel = new NodeKernel(options.exec, options.variant);
  }

  recall(): void {
    this.#kernel.recall();
  }

  /** One pass. `again` where something could not be written: what was in force before stays so, and it is tried again. */
  async sync(): Promise<"done" | "again"> {
    const began = performance.now();
    const cluster = this.#view().cluster();
    const program = compile(cluster);
    const pods = livePods(cluster.pods);
    const ruleset = renderIptables(nodeProgram(program, this.#options.node, pods));
    const outcome = await this.#kernel.bring(ruleset);
    this.#report(outcome, performance.now() - began);
    const gone = this.#takeLocalAddresses(pods);
    if (!isEmptyPlan(outcome.plan) || gone.size > 0) await this.#cut(program, pods, gone);
    return outcome.failures.length === 0 ? "done" : "again";
  }

  #report({ plan, commands, failures }: Outcome, elapsed: number): void {
    const { log } = this.#options;
    const [first] = failures;
    this.trouble = first === undefined ? undefined : `${first.step}: ${first.message}`;
    if (failures.length > 0) log.error({ failures }, "could not write; what stood before stays in force");
    if (isEmptyPlan(plan)) return;
    log.info(
      {
        setLines: plan.setsBefore.length + plan.setsAfter.length,
        tables: [...plan.tables.keys()],
        setsDestroyed: plan.destroy.length,
        commands,
        milliseconds: Math.round(elapsed * 10) / 10,
      },
      "applied",
    );
  }

  /** Remembers whose this node's pod addresses are, and returns those that lost their pod since the last pass. */
  #takeLocalAddresses(pods: readonly Pod[]): Set<string> {
    const local = pods.filter(({ node }) => node === this.#options.node);
    const owners = new Map(
      local.flatMap((pod): [string, string][] =>
        pod.addresses === "unknown"
          ? []
          : pod.addresses.map((address) => [formatAddress(address), `${keyOf(pod)} ${pod.createdAt}`]),
      ),
    );
    const lost = [...this.#owners].filter(([address, owner]) => owners.get(address) !== owner);
    this.#owners = owners;
    return new Set(lost.map(([address]) => address));
  }

  /** Ends flows that may no longer be, and those of pods that are gone: their address may be another's next. */
  async #cut(program: Program, pods: readonly Pod[], gone: ReadonlySet<string>): Promise<void> {
    const { exec, log, node } = this.#options;
    const flows = await listFlows(exec);
    if (flows === undefined) {
      log.warn("conntrack cannot be asked: flows that are no longer allowed live on until they end");
      return;
    }
    const view = { program, node, pods, nodes: this.#view().nodes(), own: ownAddresses() };
    const cut = new Set([...deniedFlows(flows, view), ...flowsOf(flows, gone)]);
    if (cut.size === 0) return;
    const trouble = await cutFlows(exec, [...cut]);
    log.info({ trouble, flows: cut.size, examples: [...cut].slice(0, 5).map(describeFlow) }, "cut flows");
  }
}
