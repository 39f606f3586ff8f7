import { setTimeout as sleep } from "node:timers/promises";
import { type KubeClient, KubeError } from "../client.ts";
import { Leadership } from "./leadership.ts";
import { type Lease, claimed, holderOf, isSameRecord, parseLease, released } from "./lease-record.ts";

export interface LeaderElectionOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Of this process, and of no other ever: a pod's name and a random text. */
  readonly identity: string;
  /** Steps down and ends. */
  readonly signal: AbortSignal;
  /** Told of each term as it begins; the term's own signal tells when it is over. */
  readonly onElected: (leadership: Leadership) => void;
  /** Told who leads, each time that changes; empty for nobody. */
  readonly onLeader?: (identity: string) => void;
  /** Told of each try that failed. */
  readonly onTrouble?: (error: unknown) => void;
  /** Milliseconds that others wait after the last renewal that they saw; default 15,000, as client-go's. */
  readonly leaseDuration?: number;
  /** Milliseconds after its last renewal when a leader takes itself for deposed; default 10,000. */
  readonly renewDeadline?: number;
  /** Milliseconds between two tries; default 2,000. */
  readonly retryPeriod?: number;
  /** Monotonic, in milliseconds. */
  readonly clock?: () => number;
  /** Of the times that are written into the lease, for people to read. */
  readonly now?: () => Date;
}

/** Waits are spread, so that candidates do not come in step; as client-go's. */
const JITTER = 1.2;
const NOT_FOUND = 404;
const CONFLICT = 409;

/**
 * Takes part in the election of one leader until the signal ends it; the algorithm of client-go's `leaderelection`. Times
 * in the lease are never compared with a clock: what counts is when this process saw the record change last, so clocks of
 * machines may be off by any amount as long as they run at one speed.
 *
 * A leader counts its own term from before the request that renewed it, and gives up before others may begin: two leaders
 * at once take a request that is under way for longer than `leaseDuration - renewDeadline`. Whoever writes guards against
 * that one with a resourceVersion.
 */
export async function runLeaderElection(options: LeaderElectionOptions): Promise<void> {
  const election = new Election(options);
  await election.run();
}

class Election {
  readonly #options: Required<Omit<LeaderElectionOptions, "signal" | "client">>;
  readonly #client: KubeClient;
  readonly #signal: AbortSignal;
  readonly #path: string;
  /** The newest record that was seen, and when it was seen to change. */
  #seen: { readonly lease: Lease; readonly at: number } | undefined;
  #leader: string | undefined;
  #term: Leadership | undefined;

  constructor(options: LeaderElectionOptions) {
    const { client, signal, ...rest } = options;
    this.#client = client;
    this.#signal = signal;
    this.#options = {
      leaseDuration: 15_000,
      renewDeadline: 10_000,
      retryPeriod: 2_000,
      clock: () => performance.now(),
      now: () => new Date(),
      onLeader: () => undefined,
      onTrouble: () => undefined,
      ...rest,
    };
    this.#path = `/apis/coordination.k8s.io/v1/namespaces/${options.namespace}/leases`;
  }

  async run(): Promise<void> {
    const { retryPeriod, onTrouble } = this.#options;
    while (!this.#signal.aborted) {
      await this.#tryOnce().catch(onTrouble);
      if (this.#term?.isHeld() === false) this.#term = undefined;
      const isLeader = this.#term !== undefined;
      const pause = isLeader ? retryPeriod : retryPeriod * (1 + Math.random() * (JITTER - 1));
      await sleep(pause, undefined, { signal: this.#signal }).catch(() => undefined);
    }
    await this.#stepDown().catch(onTrouble);
  }

  async #tryOnce(): Promise<void> {
    const { clock, renewDeadline, onElected } = this.#options;
    const began = clock();
    // No try outlives the deadline: one that hangs must not keep the next from being made.
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(renewDeadline / 2)]);
    const lease = await this.#read(signal);
    if (lease !== undefined && !this.#isFree(lease)) return;
    this.#see(await this.#claim(lease, signal));
    const until = began + renewDeadline;
    if (this.#term?.isHeld() === true) this.#term.extend(until);
    else {
      this.#term = new Leadership(clock, until);
      onElected(this.#term);
    }
  }

  async #read(signal: AbortSignal): Promise<Lease | undefined> {
    try {
      const lease = parseLease(
        await this.#client.request({ path: `${this.#path}/${this.#options.name}`, signal }),
      );
      this.#see(lease);
      return lease;
    } catch (error) {
      if (error instanceof KubeError && error.status === NOT_FOUND) return undefined;
      throw error;
    }
  }

  /** Remembers a record, and when it changed last. */
  #see(lease: Lease): void {
    const { clock, onLeader } = this.#options;
    const isKnown = this.#seen !== undefined && isSameRecord(this.#seen.lease, lease);
    this.#seen = { lease, at: isKnown ? (this.#seen?.at ?? clock()) : clock() };
    const leader = holderOf(lease);
    if (leader === this.#leader) return;
    this.#leader = leader;
    onLeader(leader);
  }

  /** Whether this process may write itself into the record: it holds it, nobody does, or its holder has fallen silent. */
  #isFree(lease: Lease): boolean {
    const { identity, clock, leaseDuration } = this.#options;
    const holder = holderOf(lease);
    if (holder === "" || holder === identity) return true;
    // The longer of the holder's promise and ours: replicas of two versions may differ.
    const promised = Math.max((lease.spec?.leaseDurationSeconds ?? 0) * 1000, leaseDuration);
    return this.#seen !== undefined && clock() >= this.#seen.at + promised;
  }

  async #claim(lease: Lease | undefined, signal: AbortSignal): Promise<Lease> {
    const { identity, leaseDuration, name, namespace, now } = this.#options;
    const spec = claimed(lease, { identity, leaseDuration, now: now() });
    if (lease === undefined) {
      const body = {
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name, namespace },
        spec,
      };
      return parseLease(await this.#client.request({ method: "POST", path: this.#path, body, signal }));
    }
    return this.#put({ ...lease, spec }, signal);
  }

  /** The record's resourceVersion goes with it: of two who write at once, one is refused. */
  async #put(body: Lease, signal: AbortSignal): Promise<Lease> {
    const path = `${this.#path}/${this.#options.name}`;
    return parseLease(await this.#client.request({ method: "PUT", path, body, signal }));
  }

  /** Ends the term first, then lets the next one in without a wait. */
  async #stepDown(): Promise<void> {
    const isLeader = this.#term?.isHeld() === true;
    this.#term?.end();
    if (!isLeader) return;
    const signal = AbortSignal.timeout(this.#options.retryPeriod);
    while (!(await this.#release(signal)));
  }

  /** False where the record was written between look and write: by a renewal of ours, which was on its way when the signal came. */
  async #release(signal: AbortSignal): Promise<boolean> {
    const lease = await this.#read(signal);
    if (lease === undefined || holderOf(lease) !== this.#options.identity) return true;
    try {
      this.#see(await this.#put({ ...lease, spec: released(lease, this.#options.now()) }, signal));
      return true;
    } catch (error) {
      if (error instanceof KubeError && error.status === CONFLICT) return false;
      throw error;
    }
  }
}
