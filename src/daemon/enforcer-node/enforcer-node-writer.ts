import { setInterval as every, setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { ObjectKey } from "../../core/cluster.ts";
import { Backoff } from "../../kube/backoff.ts";
import { type KubeClient, KubeError } from "../../kube/client.ts";
import type { EnforcerObserver, Pass } from "../enforcer-observer.ts";
import type { Applied } from "../published/published-state.ts";
import { TokenBucket } from "../events/token-bucket.ts";
import { Worker } from "../worker.ts";
import {
  guestIn,
  readEnforcerNode,
  registerEnforcerNode,
  writeEnforcerNodeStatus,
} from "./enforcer-node-object.ts";
import { type NodeFacts, type NodeReport, passReport, unreadyReport } from "./node-report.ts";

export interface EnforcerNodeWriterOptions extends NodeFacts {
  readonly node: string;
  readonly client: Pick<KubeClient, "request">;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Why the enforcer is not ready, as long as it has made no pass. */
  readonly notReady: () => string | undefined;
  /** Milliseconds between two reports where nothing is new; default 30,000. */
  readonly heartbeat?: number;
  /** Milliseconds that lie between two reports at least, but for the first few; default 100. */
  readonly pause?: number;
  /** The pauses between tries. */
  readonly backoff?: Backoff;
}

const NOT_FOUND = 404;
const PAUSE = 100;
const MOST_PATIENCE = 300_000;

/**
 * Tells in the EnforcerNode of this node how far its kernel is: news at once, though no more often than a few times a second,
 * and else that somebody is there. Nobody waits for it; what cannot be written is told later, as it then is.
 */
export class EnforcerNodeWriter {
  readonly #options: EnforcerNodeWriterOptions;
  readonly #worker: Worker;
  readonly #backoff: Backoff;
  /** A policy and its groups come as several changes, of which the last is the one that is waited for. */
  readonly #allowance: TokenBucket;
  #report: NodeReport | undefined;
  #written: string | undefined;
  #isDue = false;
  #isRegistered = false;
  #applied: Applied | undefined;
  #guest: ObjectKey | undefined;
  #trouble: string | undefined;

  constructor(options: EnforcerNodeWriterOptions) {
    this.#options = options;
    this.#backoff = options.backoff ?? new Backoff(500, 30_000);
    const refillMs = options.pause ?? PAUSE;
    this.#allowance = new TokenBucket({ burst: 5, refillMs }, performance.now());
    this.#worker = new Worker(() => this.#work(), options.signal);
  }

  readonly observer: EnforcerObserver = {
    passed: (pass) => this.#take(pass),
    failed: (error) => this.#tell(unreadyReport(this.#options, String(error))),
  };

  /** What the controller says of pods of other nodes that have addresses in this node's blocks, as it was last heard. */
  guest(): ObjectKey | undefined {
    return this.#guest;
  }

  /** Fulfilled when what the controller says has been asked for, with an answer or without; goes on until the signal. */
  async start(): Promise<void> {
    const { node, client, signal } = this.#options;
    this.#beat().catch(() => undefined);
    try {
      this.#guest = guestIn(await readEnforcerNode(client, node, signal));
    } catch (error) {
      if (!(error instanceof KubeError && error.status === NOT_FOUND)) this.#complain(error);
    }
  }

  /** Fulfilled when nothing is being written. */
  idle(): Promise<void> {
    return this.#worker.idle();
  }

  async #beat(): Promise<void> {
    const { heartbeat = 30_000, signal } = this.#options;
    for await (const _ of every(heartbeat, undefined, { signal })) {
      this.#isDue = true;
      this.#worker.ask();
    }
  }

  #take(pass: Pass): void {
    const { outcome, published } = pass;
    if (outcome.failures.length === 0) this.#applied = published?.applied ?? this.#applied;
    this.#tell(passReport(this.#options, pass, this.#applied));
  }

  #tell(report: NodeReport): void {
    this.#report = report;
    if (report.news !== this.#written) this.#worker.ask();
  }

  async #work(): Promise<"done" | "again"> {
    const { pause = PAUSE, signal, notReady } = this.#options;
    // None is there before the first pass: then it is a heartbeat's turn.
    const report = this.#report ?? unreadyReport(this.#options, notReady() ?? "starting");
    if (report.news === this.#written && !this.#isDue) return "done";
    this.#isDue = false;
    try {
      await this.#write(report);
      this.#written = report.news;
      this.#backoff.reset();
      this.#complain(undefined);
      this.#allowance.take(performance.now());
      while (!this.#allowance.has(performance.now()) && !signal.aborted)
        await sleep(pause, undefined, { signal }).catch(() => undefined);
      return "done";
    } catch (error) {
      if (signal.aborted) return "done";
      this.#complain(error);
      this.#isDue = true;
      const asked = error instanceof KubeError ? (error.retryAfter ?? 0) : 0;
      const patience = Math.max(Math.min(asked, MOST_PATIENCE), this.#backoff.next());
      await sleep(patience, undefined, { signal }).catch(() => undefined);
      return "again";
    }
  }

  async #write({ status }: NodeReport): Promise<void> {
    const { node, client, signal } = this.#options;
    if (!this.#isRegistered) await registerEnforcerNode(client, node, signal);
    this.#isRegistered = true;
    const heartbeat = `${new Date().toISOString().slice(0, 19)}Z`;
    try {
      this.#guest = guestIn(await writeEnforcerNodeStatus(client, node, { ...status, heartbeat }, signal));
    } catch (error) {
      // It went with a Node that is no more, or by hand: what comes next makes it anew.
      if (error instanceof KubeError && error.status === NOT_FOUND) this.#isRegistered = false;
      throw error;
    }
  }

  /** Once for each trouble, and once when all is well again. */
  #complain(error: unknown): void {
    const { log } = this.#options;
    const trouble =
      error === undefined ? undefined : error instanceof Error ? error.message : JSON.stringify(error);
    if (trouble !== undefined && trouble !== this.#trouble)
      log.warn({ trouble }, "the EnforcerNode cannot be written; what is enforced does not depend on it");
    if (trouble === undefined && this.#trouble !== undefined) log.info("the EnforcerNode is written again");
    this.#trouble = trouble;
  }
}
