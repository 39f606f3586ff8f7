import type { CompiledPolicyStatus } from "../../kube/wire/compiled-policy-status.ts";
import type { Condition } from "../../kube/wire/condition.ts";

/** What there is to say of one policy. */
export interface PolicyFacts {
  /** Of the CompiledPolicy. */
  readonly generation: number;
  readonly specVersion: string;
  /** What in the NetworkPolicy is wrong, with field paths; empty where all of it is compiled. */
  readonly problems: readonly string[];
  /** Pods that it selects. */
  readonly pods: number;
  readonly concerned: number;
  /** Nodes that are concerned and do not enforce it yet, sorted. */
  readonly waitingFor: readonly string[];
}

type Verdict = Pick<Condition, "status" | "reason" | "message">;

/** `metav1.Condition` allows 32,768 bytes; nobody reads that many. */
const LONGEST = 2_000;
const NAMED = 3;

function compiled({ problems }: PolicyFacts): Verdict {
  if (problems.length === 0) return { status: "True", reason: "Compiled", message: "all of it is compiled" };
  const message = `${problems.join("; ")}; what is invalid allows nothing`;
  return { status: "False", reason: "Invalid", message: message.slice(0, LONGEST) };
}

function enforced({ pods, concerned, waitingFor }: PolicyFacts): Verdict {
  const done = `${concerned - waitingFor.length}/${concerned} nodes`;
  if (waitingFor.length > 0) {
    const named = waitingFor.slice(0, NAMED).join(", ");
    const more = waitingFor.length - NAMED;
    const rest = more > 0 ? ` and ${more} more` : "";
    return { status: "False", reason: "Waiting", message: `${done}, waiting for ${named}${rest}` };
  }
  if (concerned > 0) return { status: "True", reason: "AllNodes", message: done };
  const message = pods === 0 ? "it selects no pod" : "no pod that it selects is on a node yet";
  return { status: "True", reason: "NoPodsOnNodes", message: `${done}, ${message}` };
}

/** A condition keeps its time for as long as its status stays. */
function condition(
  type: string,
  verdict: Verdict,
  generation: number,
  before: CompiledPolicyStatus,
  now: Date,
): Condition {
  const known = before.conditions?.find((each) => each.type === type);
  const lastTransitionTime =
    known?.status === verdict.status ? known.lastTransitionTime : `${now.toISOString().slice(0, 19)}Z`;
  return { type, ...verdict, observedGeneration: generation, lastTransitionTime };
}

/** The status that a CompiledPolicy should have, after the one that it has. */
export function policyStatus(
  facts: PolicyFacts,
  before: CompiledPolicyStatus,
  now: Date,
): CompiledPolicyStatus {
  const { generation, specVersion, concerned, waitingFor } = facts;
  return {
    observedGeneration: generation,
    specVersion,
    nodes: { done: concerned - waitingFor.length, concerned },
    conditions: [
      condition("Compiled", compiled(facts), generation, before, now),
      condition("Enforced", enforced(facts), generation, before, now),
    ],
  };
}

/** Whether the policy is enforced everywhere as it now is. */
export function isEnforced(
  { observedGeneration, conditions }: CompiledPolicyStatus,
  generation: number,
): boolean {
  const enforcedNow = conditions?.find(({ type }) => type === "Enforced");
  return observedGeneration === generation && enforcedNow?.status === "True";
}
