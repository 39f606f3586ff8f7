import type { ObjectKey } from "../../../core/cluster.ts";
import type {
  EgressRule,
  IngressRule,
  NetworkPolicy,
  NetworkPolicyPort,
} from "../../../core/network-policy.ts";
import type { Direction } from "../../../core/policy.ts";
import type { FieldPlace } from "../../lint/lint-input.ts";

interface Edit {
  readonly direction: Direction;
  /** The policy to edit, or to make. */
  readonly policy: ObjectKey;
  /** The pairs of live pods that it covers, those that are asked about included; none: more than can be counted. */
  readonly covers?: number;
}

/** A change of policies that lets one connection pass one end, and closes nothing. */
export type Suggestion =
  /** The rule names the peer already, and lacks the port. */
  | (Edit & {
      readonly kind: "add port";
      readonly index: number;
      readonly port: NetworkPolicyPort;
      readonly at: FieldPlace;
    })
  | (Edit & { readonly kind: "add rule"; readonly rule: IngressRule & EgressRule; readonly at: FieldPlace })
  /** Isolates nobody that is not isolated already. */
  | (Edit & { readonly kind: "add policy"; readonly made: NetworkPolicy });
