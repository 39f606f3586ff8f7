import type { Address } from "../../core/address.ts";
import type { Namespace } from "../../core/cluster.ts";
import type { NetworkPolicy } from "../../core/network-policy.ts";
import type { Party } from "../party.ts";

/** One of the two clusters that are compared. */
export interface DiffSide {
  readonly namespaces: readonly Namespace[];
  /** All that may be asked about by name: pods, workloads and nodes, each name once. */
  readonly parties: readonly Party[];
  readonly policies: readonly NetworkPolicy[];
  /** Every address that a pod or a node has; all the others are the world's. */
  readonly inhabited: readonly Address[];
}
