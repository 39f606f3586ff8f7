import type { Logger } from "pino";
import { formatAddress } from "../core/address.ts";
import { type Node, type Pod, keyOf } from "../core/cluster.ts";
import type { Program } from "../core/program.ts";
import { cutFlows, describeFlow, listFlows } from "../kernel/conntrack.ts";
import type { Exec } from "../kernel/exec.ts";
import { deniedFlows, flowsOf } from "./denied-flows.ts";
import { ownAddresses } from "./own-addresses.ts";

export interface FlowCutterOptions {
  readonly node: string;
  readonly exec: Exec;
  readonly log: Logger;
  /** Told how many were cut. */
  readonly onCut: (flows: number) => void;
}

/** What the flows of this node are judged by. */
export interface Judges {
  readonly program: Program;
  /** Live pods of the whole cluster. */
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
}

/**
 * Ends connections that may no longer be, as the kernel judges only how they begin; and those of pods that are gone, as
 * their address may be another's next. What could not be cut stays due (fails open, and is said).
 */
export class FlowCutter {
  readonly #options: FlowCutterOptions;
  /** By address: the pod of this node that has it, and since when. */
  #owners: ReadonlyMap<string, string> = new Map();
  /** Addresses that lost their pod, and whose flows may be there still. */
  readonly #gone = new Set<string>();
  #isDue = false;
  #trouble: string | undefined;

  constructor(options: FlowCutterOptions) {
    this.#options = options;
  }

  /** Cuts what is due: after a change of what is enforced, where a pod has gone, or where it failed before. */
  async follow(judges: Judges, hasChanged: boolean): Promise<void> {
    this.#takeOwners(judges.pods);
    this.#isDue ||= hasChanged || this.#gone.size > 0;
    if (!this.#isDue) return;
    const trouble = await this.#cut(judges);
    this.#report(trouble);
    if (trouble !== undefined) return;
    this.#isDue = false;
    this.#gone.clear();
  }

  #takeOwners(pods: readonly Pod[]): void {
    const local = pods.filter(({ node }) => node === this.#options.node);
    const owners = new Map(
      local.flatMap((pod): [string, string][] =>
        pod.addresses === "unknown"
          ? []
          : pod.addresses.map((address) => [formatAddress(address), `${keyOf(pod)} ${pod.createdAt}`]),
      ),
    );
    for (const [address, owner] of this.#owners) {
      if (owners.get(address) !== owner) this.#gone.add(address);
    }
    this.#owners = owners;
  }

  /** Returns what went wrong, if anything. */
  async #cut(judges: Judges): Promise<string | undefined> {
    const { exec, log, node, onCut } = this.#options;
    const flows = await listFlows(exec);
    if (flows === undefined) return "conntrack cannot be asked";
    const view = { ...judges, node, own: ownAddresses() };
    const cut = new Set([...deniedFlows(flows, view), ...flowsOf(flows, this.#gone)]);
    if (cut.size === 0) return undefined;
    const trouble = await cutFlows(exec, [...cut]);
    if (trouble !== undefined) return trouble;
    log.info({ flows: cut.size, examples: [...cut].slice(0, 5).map(describeFlow) }, "cut flows");
    onCut(cut.size);
    return undefined;
  }

  #report(trouble: string | undefined): void {
    const { log } = this.#options;
    if (trouble !== undefined && this.#trouble === undefined)
      log.warn({ trouble }, "flows that are no longer allowed live on until they end or can be cut");
    if (trouble === undefined && this.#trouble !== undefined) log.info("flows can be cut again");
    this.#trouble = trouble;
  }
}
