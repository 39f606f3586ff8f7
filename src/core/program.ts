import type { Address } from "./address.ts";
import type { NamedPort, ObjectKey } from "./cluster.ts";
import type { GroupId, GroupSelector, Policy } from "./policy.ts";

/**
 * What every answer and every kernel rule is made from: the cluster's policies in normal form, and who is in the groups
 * that they name.
 */
export interface Program {
  /** Judged in order. Today there is one; ClusterNetworkPolicy's tiers will stand before and after it. */
  readonly tiers: readonly Tier[];
  readonly groups: ReadonlyMap<GroupId, Group>;
}

/** NetworkPolicy's tier: pods that some policy isolates are reached, or reach out, by its rules only. Sorted by key. */
export interface Tier {
  readonly kind: "allow-list";
  readonly policies: readonly Policy[];
}

export interface Group {
  readonly id: GroupId;
  readonly selector: GroupSelector;
  /** Sorted by pod. */
  readonly members: readonly Member[];
}

export interface Member {
  readonly pod: ObjectKey;
  readonly addresses: readonly Address[] | "unknown";
  readonly ports: readonly NamedPort[];
}
