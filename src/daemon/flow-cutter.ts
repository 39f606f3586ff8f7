import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { formatAddress } from "../core/address.ts";
import { type Node, type Pod, keyOf } from "../core/cluster.ts";
import { difference } from "../core/difference.ts";
import type { Program } from "../core/program.ts";
import { type TrackedFlow, cutFlows, describeFlow, listFlows } from "../kernel/conntrack.ts";
import type { Exec } from "../kernel/exec.ts";
import { deniedFlows, flowsOf } from "./denied-flows.ts";
import { ownNetwork } from "./own-network.ts";
import { Worker } from "./worker.ts";

export interface FlowCutterOptions {
  readonly node: string;
  readonly exec: Exec;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Told how many were cut. */
  readonly onCut: (flows: number) => void;
}

/** What the flows of this node are judged by. */
export interface Judges {
  readonly program: Program;
  /** Live pods of the whole cluster. */
  readonly pods: readonly Pod[];
  /** Those of this node. */
  readonly ownPods: readonly Pod[];
  readonly nodes: readonly Node[];
}

/** Milliseconds between two looks at all flows: where pods come in crowds, looking must not take their time. */
const PAUSE = 200;

/** The addresses of a pod, each with who has it and since when. */
const tenures = (pod: Pod): { readonly address: string; readonly tenure: string }[] =>
  pod.addresses === "unknown"
    ? []
    : pod.addresses.map((each) => {
        const address = formatAddress(each);
        return { address, tenure: `${address} ${keyOf(pod)} ${pod.createdAt}` };
      });

/**
 * Ends connections that may no longer be, as the kernel judges only how they begin; and those of pods that are gone, as
 * their address may be another's next. Works beside the passes, which never wait for it: the first change is followed at
 * once, those that come meanwhile are followed together. What could not be cut stays due (fails open, and is said).
 */
export class FlowCutter {
  readonly #options: FlowCutterOptions;
  readonly #worker: Worker;
  #ownPods: readonly Pod[] = [];
  /** Addresses that lost their pod, and whose flows may be there still. */
  #gone: ReadonlySet<string> = new Set();
  #isDue = false;
  #judges: Judges | undefined;
  /** Those of a pass that writes now: flows may begin by them before it has ended. */
  #coming: Judges | undefined;
  #trouble: string | undefined;

  constructor(options: FlowCutterOptions) {
    this.#options = options;
    this.#worker = new Worker(() => this.#work(), options.signal);
  }

  /** A pass begins to write what these say. */
  expect(judges: Judges): void {
    this.#coming = judges;
  }

  /** The pass has ended. What is due, after a change of what is enforced or where a pod has gone, is cut from now on. */
  follow(judges: Judges, hasChanged: boolean): void {
    this.#judges = judges;
    this.#coming = undefined;
    this.#takeOwn(judges.ownPods);
    this.#isDue ||= hasChanged || this.#gone.size > 0;
    if (this.#isDue) this.#worker.ask();
  }

  /** Fulfilled when nothing is being cut. */
  idle(): Promise<void> {
    return this.#worker.idle();
  }

  #takeOwn(pods: readonly Pod[]): void {
    const { gone, come } = difference(this.#ownPods, pods);
    this.#ownPods = pods;
    const kept = new Set(come.flatMap(tenures).map(({ tenure }) => tenure));
    const lost = gone.flatMap(tenures).filter(({ tenure }) => !kept.has(tenure));
    this.#gone = new Set([...this.#gone, ...lost.map(({ address }) => address)]);
  }

  async #work(): Promise<"done" | "again"> {
    if (!this.#isDue) return "done";
    const gone = this.#gone;
    this.#isDue = false;
    this.#gone = new Set();
    // A fault of our own is no end either: flows stay due, and are looked at again.
    const trouble = await this.#cut(gone).catch(String);
    this.#report(trouble);
    if (trouble !== undefined) {
      this.#isDue = true;
      this.#gone = this.#gone.union(gone);
      return "again";
    }
    await sleep(PAUSE, undefined, { signal: this.#options.signal }).catch(() => undefined);
    return "done";
  }

  /** Returns what went wrong, if anything. */
  async #cut(gone: ReadonlySet<string>): Promise<string | undefined> {
    const { exec, log, onCut } = this.#options;
    const flows = await listFlows(exec);
    if (flows === undefined) return "conntrack cannot be asked";
    const cut = new Set([...this.#denied(flows), ...flowsOf(flows, gone)]);
    if (cut.size === 0) return undefined;
    const trouble = await cutFlows(exec, [...cut]);
    if (trouble !== undefined) return trouble;
    log.info({ flows: cut.size, examples: [...cut].slice(0, 5).map(describeFlow) }, "cut flows");
    onCut(cut.size);
    return undefined;
  }

  /** Those that neither what stands nor what is being written would let begin. */
  #denied(flows: readonly TrackedFlow[]): readonly TrackedFlow[] {
    const own = ownNetwork().addresses;
    const { node } = this.#options;
    const deniedBy = (judges: Judges, among: readonly TrackedFlow[]): readonly TrackedFlow[] =>
      among.length === 0 ? [] : deniedFlows(among, { ...judges, node, own });
    const denied = this.#judges === undefined ? [] : deniedBy(this.#judges, flows);
    return this.#coming === undefined ? denied : deniedBy(this.#coming, denied);
  }

  #report(trouble: string | undefined): void {
    const { log } = this.#options;
    if (trouble !== undefined && this.#trouble === undefined)
      log.warn({ trouble }, "flows that are no longer allowed live on until they end or can be cut");
    if (trouble === undefined && this.#trouble !== undefined) log.info("flows can be cut again");
    this.#trouble = trouble;
  }
}
