import { isDeepStrictEqual } from "node:util";
import type { ObjectKey } from "../../core/cluster.ts";
import { type Policy, policyKey } from "../../core/policy.ts";
import type { Program } from "../../core/program.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { Leadership } from "../../kube/lease/leadership.ts";
import { forEachLimit } from "../../kube/publish/for-each-limit.ts";
import { groupIntents } from "../../kube/publish/group-intents.ts";
import { planPublication } from "../../kube/publish/plan-publication.ts";
import { type PolicyIntent, policyIntent } from "../../kube/publish/policy-intent.ts";
import type { CompiledPolicyStatus } from "../../kube/wire/compiled-policy-status.ts";
import type { ControllerObserver } from "./controller-observer.ts";
import type { DeclaredPolicy } from "./declared.ts";
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

/** What one policy is to be, and where it came from. */
interface Entry {
  readonly policy: Policy;
  readonly declared: DeclaredPolicy;
  readonly intent: PolicyIntent;
}

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
    const program = cluster.declared.program();
    const entries = this.#entries(program);
    const compiledPolicies = new Map([...entries].map(([key, { intent }]) => [key, intent]));
    const groups = [...program.groups.values()].flatMap(groupIntents);
    const addressGroups = new Map(groups.map((intent) => [intent.key, intent]));
    const stages = planPublication({ compiledPolicies, addressGroups }, cluster.standing());
    const { written, versions, failures } = await publish(client, stages, signal);
    const told = (): Told => ({ standing: cluster.standing(), versions: cluster.versions() });
    const isPublished = failures.length === 0 && (await untilSeen(stages.flat(), versions, told, signal));
    const unsaid = isPublished
      ? [...(await this.#say(program, entries, signal)), ...(await this.#tellGuests(signal))]
      : [];
    const all = [...failures, ...unsaid];
    const milliseconds = performance.now() - began;
    tell.passed({ policies: entries.size, groups: groups.length, written, failures: all, milliseconds });
    if (isPublished && this.#published !== term) {
      await onPublished(signal);
      this.#published = term;
    }
    if (isPublished && unsaid.length === 0) return undefined;
    return Math.max(0, ...all.map(({ retryAfter }) => retryAfter));
  }

  #entries({ tiers }: Program): ReadonlyMap<ObjectKey, Entry> {
    const { policies } = this.#options.cluster.declared;
    const entries = new Map<ObjectKey, Entry>();
    for (const policy of tiers.flatMap((tier) => tier.policies)) {
      const declared = policies.get(policyKey(policy));
      if (declared === undefined) throw new Error(`${policyKey(policy)} was compiled and never declared`);
      entries.set(policyKey(policy), { policy, declared, intent: policyIntent(policy, declared.source) });
    }
    return entries;
  }

  /** Writes the statuses that differ, and tells of policies that have come a step further. */
  async #say(
    program: Program,
    entries: ReadonlyMap<ObjectKey, Entry>,
    signal: AbortSignal,
  ): Promise<readonly WriteFailure[]> {
    const now = new Date();
    const changes = [...entries.values()].flatMap((entry) => this.#change(entry, program, now) ?? []);
    this.#progress.retain(entries);
    this.#options.cluster.declared.concerned.retain(entries);
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

  #change(entry: Entry, program: Program, now: Date): StatusChange | undefined {
    const { policy, declared, intent } = entry;
    const problems = intent.isTooLarge ? [...declared.problems, TOO_LARGE] : declared.problems;
    const facts = this.#progress.facts(policy, program, problems);
    const standing = this.#options.cluster.policies.get(intent.key);
    if (facts === undefined || standing === undefined) return undefined;
    const before = standing.status;
    const after = policyStatus(facts, before, now);
    const { generation } = facts;
    const { resourceVersion } = standing;
    return isDeepStrictEqual(before, after)
      ? undefined
      : { ...entry, before, after, generation, resourceVersion };
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
