import { ERRORS_TOLD, type EnforcerNodeStatus } from "../../kube/wire/enforcer-node.ts";
import { gateLine } from "../../kernel/gate-line.ts";
import type { Pass } from "../enforcer-observer.ts";
import type { Applied } from "../published/published-state.ts";

/** What an enforcer knows of itself and may tell. */
export interface NodeReport {
  /** All but its time. */
  readonly status: Omit<EnforcerNodeStatus, "heartbeat">;
  /** Equal for reports that a reader need not be told one after the other; how far a node is grows without a change, too. */
  readonly news: string;
}

export interface NodeFacts {
  readonly version: string;
  readonly backend: NonNullable<EnforcerNodeStatus["backend"]>;
}

/** Where no pass has come to an end: nothing is known to stand. */
export function unreadyReport({ version, backend }: NodeFacts, message: string): NodeReport {
  return { status: { version, backend, ready: false, message }, news: message };
}

/** What a pass has come to; `applied` is how far a pass without failures has come, this one or one before. */
export function passReport(
  { version, backend }: NodeFacts,
  { gate, outcome, published }: Pick<Pass, "gate" | "outcome" | "published">,
  applied: Applied | undefined,
): NodeReport {
  const [failure] = outcome.failures;
  const message = failure === undefined ? undefined : `${failure.step}: ${failure.message}`;
  const told = {
    version,
    backend,
    startGate: gateLine(gate).replace(/^start gate /, ""),
    ready: failure === undefined,
    ...(message !== undefined && { message }),
    errors: (published?.troubles ?? []).slice(0, ERRORS_TOLD),
  };
  const changes = failure === undefined ? (published?.changes ?? 0) : "failed";
  return {
    status: {
      ...told,
      ...(applied !== undefined && {
        applied: { compiledPolicies: applied.compiledPolicies, addressGroups: applied.addressGroups },
      }),
    },
    news: JSON.stringify([told, changes]),
  };
}
