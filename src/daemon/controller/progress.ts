import type { ObjectKey } from "../../core/cluster.ts";
import { type Policy, policyKey } from "../../core/policy.ts";
import type { Program } from "../../core/program.ts";
import { groupIntents } from "../../kube/publish/group-intents.ts";
import { hasReached, laterVersion } from "../../kube/resource-version.ts";
import { groupsOf } from "../groups-of.ts";
import { type PolicyFacts, isEnforced } from "./policy-status.ts";
import type { StandingPolicy } from "./standing-objects.ts";
import type { WatchedCluster } from "./watched-cluster.ts";

/** The version of the AddressGroups that a node must have applied, for one spec of one policy. */
interface Known {
  readonly uid: string | undefined;
  readonly generation: number;
  readonly groups: string;
}

/**
 * How far the nodes are with each policy. A node enforces it once it has applied the version that the policy's spec was
 * written with, and the one that its groups had then; what the groups become later is no matter of the policy's.
 */
export class Progress {
  readonly #cluster: WatchedCluster;
  readonly #known = new Map<ObjectKey, Known>();

  constructor(cluster: WatchedCluster) {
    this.#cluster = cluster;
  }

  /** The facts of a policy; `undefined` where it does not stand. */
  facts(policy: Policy, program: Program, problems: readonly string[]): PolicyFacts | undefined {
    const key = policyKey(policy);
    const standing = this.#cluster.policies.get(key);
    if (standing === undefined) return undefined;
    const { uid, generation, specVersion } = standing;
    const known = this.#known.get(key);
    const groups =
      known?.uid === uid && known?.generation === generation
        ? known.groups
        : this.#groupsVersion(policy, standing, program);
    this.#known.set(key, { uid, generation, groups });
    const { pods, nodes } = this.#cluster.declared.concerned.of(policy);
    const waitingFor = nodes.filter((node) => !this.#hasApplied(node, standing, groups));
    return { generation, specVersion, problems, pods, concerned: nodes.length, waitingFor };
  }

  /** Forgets a policy that is no more. */
  forget(key: ObjectKey): void {
    this.#known.delete(key);
  }

  /** What another controller has found enforced stays so: when its groups were written is not known any more. */
  #groupsVersion(policy: Policy, { status, generation }: StandingPolicy, program: Program): string {
    if (isEnforced(status, generation)) return "0";
    const { addressGroups } = this.#cluster.standing();
    const slices = [...groupsOf(policy)].flatMap((id) => {
      const group = program.groups.get(id);
      return group === undefined ? [] : groupIntents(group);
    });
    return slices.map(({ key }) => addressGroups.get(key)?.resourceVersion ?? "0").reduce(laterVersion, "0");
  }

  #hasApplied(node: string, { specVersion }: StandingPolicy, groups: string): boolean {
    const applied = this.#cluster.enforcer(node)?.applied;
    return (
      hasReached(applied?.compiledPolicies, specVersion) &&
      (groups === "0" || hasReached(applied?.addressGroups, groups))
    );
  }
}
