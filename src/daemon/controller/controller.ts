import { isDeepStrictEqual } from "node:util";
import type { ObjectKey } from "../../core/cluster.ts";
import type { Program } from "../../core/program.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { Leadership } from "../../kube/lease/leadership.ts";
import { forEachLimit } from "../../kube/publish/for-each-limit.ts";
import { type Write, planPublication } from "../../kube/publish/plan-publication.ts";
import type { CompiledPolicyStatus } from "../../kube/wire/compiled-policy-status.ts";
import type { ControllerObserver } from "./controller-observer.ts";
import type { DeclaredPolicy } from "./declared.ts";
import { Desired, type Entry as DesiredEntry } from "./desired.ts";
import { writeGuests } from "./guest-writer.ts";
import { isEnforced, policyStatus } from "./policy-status.ts";
import { Progress } from "./progress.ts";
import { CONCURRENCY, type WriteFailure, publish, writeFailure } from "./publisher.ts";
import { writeStatus } from "./status-writer.ts";
import { type Told, untilSeen } from "./until-seen.ts";
import type { WatchedCluster } from "./watched-cluster.ts";

export interface ControllerOptions {
  readonly client: KubeClient;
  readonly cluster: WatchedCluster;
  readonly tell: Required<ControllerObserver>;
  /** Called after the first publication of each term that is whole. */
  readonly onPublished: (signal: AbortSignal) => Promise<void>;
}

type Entry = DesiredEntry<DeclaredPolicy>;

interface StatusChange extends Entry {
  /** Of what stands. */
  readonly resourceVersion: string;
  readonly before: CompiledPolicyStatus;
  readonly after: CompiledPolicyStatus;
  readonly generation: number;
}

const TOO_LARGE = "its normal form is larger than etcd holds: the policy isolates, and allows nothing";

/**
 * What a leader does over and over: compile what users declare, publish what differs, and say how far the nodes are. All
 * that it knows it has from watches, so that a new leader goes on where the last one was stopped, wherever that was.
 */
export class Controller {
  readonly #options: ControllerOptions;
  readonly #desired = new Desired<DeclaredPolicy>();
  readonly #progress: Progress;
  #published: Leadership | undefined;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#progress = new Progress(options.cluster);
  }

  /**
   * One pass, within a term. Fulfilled with `undefined` where all is as it should be, else with the milliseconds for which
   * the server asks to be left alone, 0 for none.
   */
  async pass(term: Leadership): Promise<number | undefined> {
    const { client, cluster, tell, onPublished } = this.#options;
    const { signal } = term;
    const began = performance.now();
    tell.began();
    const program = cluster.declared.program();
    const stages = this.#plan(program);
    const planning = performance.now() - began;
    const { written, versions, failures } = await publish(client, stages, signal);
    const told = (): Told => ({
      more: cluster.more(),
      standing: cluster.standing(),
      versions: cluster.versions(),
    });
    const isPublished = failures.length === 0 && (await untilSeen(stages.flat(), versions, told, signal));
    const unsaid = isPublished
      ? [...(await this.#say(program, signal)), ...(await this.#tellGuests(signal))]
      : [];
    const all = [...failures, ...unsaid];
    const milliseconds = performance.now() - began;
    const { entries, addressGroups } = this.#desired;
    tell.passed({
      policies: entries.size,
      groups: addressGroups.size,
      written,
      failures: all,
      milliseconds,
      planning,
    });
    if (isPublished && this.#published !== term) {
      await onPublished(signal);
      this.#published = term;
    }
    if (isPublished && unsaid.length === 0) return undefined;
    return Math.max(0, ...all.map(({ retryAfter }) => retryAfter));
  }

  /** Keeps up while another leads: what is as it should be need not be looked at when this one takes over. */
  standBy(): undefined {
    const { changed, declared } = this.#options.cluster;
    this.#options.tell.began();
    this.#plan(declared.program());
    for (const key of changed.statuses) {
      const entry = this.#desired.entries.get(key);
      if (entry === undefined) this.#forget(key);
      else declared.concerned.of(entry.policy);
    }
  }

  /** The writes of what has changed; of what has not, there are none. */
  #plan(program: Program): readonly (readonly Write[])[] {
    const { cluster } = this.#options;
    const { changed, declared } = cluster;
    this.#desired.take(program, declared.policies, changed);
    const stages = planPublication(this.#desired, cluster.standing(), changed);
    changed.keepPlanned(stages);
    return stages;
  }

  #forget(key: ObjectKey): void {
    this.#options.cluster.changed.forget(key);
    this.#options.cluster.declared.concerned.forget(key);
    this.#progress.forget(key);
  }

  /** Writes the statuses that differ, and tells of policies that have come a step further. */
  async #say(program: Program, signal: AbortSignal): Promise<readonly WriteFailure[]> {
    const now = new Date();
    const { statuses } = this.#options.cluster.changed;
    const changes: StatusChange[] = [];
    for (const key of statuses) {
      const entry = this.#desired.entries.get(key);
      if (entry === undefined) this.#forget(key);
      else changes.push(...this.#change(entry, program, now));
    }
    const failures = await forEachLimit(changes, CONCURRENCY, async (change) => {
      signal.throwIfAborted();
      const { key } = change.intent;
      const { after: status, resourceVersion } = change;
      const written = await writeStatus(this.#options.client, { key, status, resourceVersion }, signal);
      this.#options.cluster.takePolicy(key, written);
      this.#tellOf(change);
    });
    return failures.map(({ item, error }) =>
      writeFailure(`compiledPolicies/${item.intent.key}/status`, error),
    );
  }

  #tellGuests(signal: AbortSignal): Promise<readonly WriteFailure[]> {
    const { client, cluster } = this.#options;
    return writeGuests(client, cluster.enforcers, (node) => cluster.declared.guests.first(node), signal);
  }

  /** None where the status says what there is to say. It is looked at again until then. */
  #change(entry: Entry, program: Program, now: Date): readonly StatusChange[] {
    const { policy, declared, intent } = entry;
    const { policies, changed } = this.#options.cluster;
    const problems = intent.isTooLarge ? [...declared.problems, TOO_LARGE] : declared.problems;
    const facts = this.#progress.facts(policy, program, problems);
    const standing = policies.get(intent.key);
    if (facts === undefined || standing === undefined) {
      // The watch tells when it stands.
      changed.statuses.delete(intent.key);
      return [];
    }
    const before = standing.status;
    const after = policyStatus(facts, before, now);
    const { generation, waitingFor } = facts;
    const { resourceVersion } = standing;
    if (!isDeepStrictEqual(before, after)) return [{ ...entry, before, after, generation, resourceVersion }];
    changed.awaitNodes(intent.key, waitingFor);
    return [];
  }

  #tellOf({ intent, declared, before, after, generation }: StatusChange): void {
    const { tell } = this.#options;
    const { key } = intent;
    const { uid } = declared.source;
    if (before.observedGeneration !== generation) tell.compiled({ key, uid, problems: declared.problems });
    if (isEnforced(before, generation) || !isEnforced(after, generation)) return;
    const milliseconds = performance.now() - declared.seenAt;
    tell.enforced({ key, uid, nodes: after.nodes?.concerned ?? 0, milliseconds });
  }
}
