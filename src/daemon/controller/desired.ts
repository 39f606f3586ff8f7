import type { ObjectKey } from "../../core/cluster.ts";
import { difference } from "../../core/difference.ts";
import { type GroupId, type Policy, policyKey } from "../../core/policy.ts";
import type { Group, Program } from "../../core/program.ts";
import { SharedMap } from "../../core/shared-map.ts";
import { groupIntents } from "../../kube/publish/group-intents.ts";
import type { Intent } from "../../kube/publish/intent.ts";
import { type PolicyIntent, type PolicySource, policyIntent } from "../../kube/publish/policy-intent.ts";
import type { Changed } from "./changed.ts";

/** What one policy is to be, and where it came from. */
export interface Entry<D> {
  readonly policy: Policy;
  readonly declared: D;
  readonly intent: PolicyIntent;
}

const NO_GROUPS: ReadonlyMap<GroupId, Group> = new Map();

/**
 * All that is to be published, kept up with the compiler's programs: a program costs what differs from the one before, as
 * unchanged policies and groups are the same values in both.
 */
export class Desired<D extends { readonly source: PolicySource }> {
  readonly #entries = new Map<ObjectKey, Entry<D>>();
  readonly #intents = new Map<ObjectKey, Intent>();
  readonly #slices = new Map<string, Intent>();
  readonly #policies = new Map<ObjectKey, Policy>();
  #told: readonly Policy[] = [];
  #groups = NO_GROUPS;

  /** Takes a program, and what was declared of each policy in it; files in `changed` what is to be other than it was. */
  take({ tiers, groups }: Program, declared: ReadonlyMap<ObjectKey, D>, changed: Changed): void {
    this.#takePolicies(
      tiers.flatMap(({ policies }) => policies),
      changed,
    );
    // Its source may be new though the policy says what it said.
    for (const key of changed.compiledPolicies) this.#enter(key, declared);
    for (const id of SharedMap.differing(this.#groups, groups)) {
      this.#replace(this.#groups.get(id), groups.get(id), changed);
    }
    this.#groups = groups;
  }

  get entries(): ReadonlyMap<ObjectKey, Entry<D>> {
    return this.#entries;
  }

  get compiledPolicies(): ReadonlyMap<ObjectKey, Intent> {
    return this.#intents;
  }

  get addressGroups(): ReadonlyMap<ObjectKey, Intent> {
    return this.#slices;
  }

  #takePolicies(policies: readonly Policy[], changed: Changed): void {
    const { gone, come } = difference(this.#told, policies);
    this.#told = policies;
    for (const policy of gone) this.#policies.delete(policyKey(policy));
    for (const policy of come) this.#policies.set(policyKey(policy), policy);
    for (const policy of [...gone, ...come]) {
      changed.compiledPolicies.add(policyKey(policy));
      changed.statuses.add(policyKey(policy));
    }
  }

  #enter(key: ObjectKey, all: ReadonlyMap<ObjectKey, D>): void {
    const policy = this.#policies.get(key);
    if (policy === undefined) {
      this.#entries.delete(key);
      this.#intents.delete(key);
      return;
    }
    const declared = all.get(key);
    if (declared === undefined) throw new Error(`${key} was compiled and never declared`);
    const intent = policyIntent(policy, declared.source);
    this.#entries.set(key, { policy, declared, intent });
    this.#intents.set(key, intent);
  }

  #replace(before: Group | undefined, after: Group | undefined, changed: Changed): void {
    const [old, fresh] = [before, after].map((group) => (group === undefined ? [] : groupIntents(group)));
    for (const { key } of old ?? []) {
      this.#slices.delete(key);
      changed.addressGroups.add(key);
    }
    for (const intent of fresh ?? []) {
      this.#slices.set(intent.key, intent);
      changed.addressGroups.add(intent.key);
    }
  }
}
