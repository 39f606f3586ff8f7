import { type Pod, keyOf } from "../../../core/cluster.ts";
import { compile } from "../../../core/compile.ts";
import type { NetworkPolicy } from "../../../core/network-policy.ts";
import type { Party } from "../../party.ts";
import { carefulCan } from "../../careful-can.ts";
import type { ExplainInput } from "../explain-input.ts";
import type { ConnectionExplanation, SideExplanation } from "../explanation.ts";
import { applySuggestion } from "./apply-suggestion.ts";
import { candidates } from "./candidates.ts";
import type { Suggestion } from "./suggestion.ts";

const podsOf = ({ end, hostPod }: Party): Pod[] => [
  ...(end.kind === "pod" ? [end.pod] : []),
  ...(hostPod === undefined ? [] : [{ ...hostPod, hostNetwork: false }]),
];

/** Whether the connection may be with these policies. Of all pods only its own two have a say in it. */
function isAllowed(
  input: ExplainInput,
  { pair }: ConnectionExplanation,
  policies: readonly NetworkPolicy[],
): boolean {
  const pods = new Map([pair.from, pair.to].flatMap(podsOf).map((pod) => [keyOf(pod), pod]));
  const program = compile({
    namespaces: [...input.namespaces.values()],
    // Addresses are asked of the ends; here they could only throw each other out.
    pods: [...pods.values()].map((pod) => ({ ...pod, addresses: "unknown" as const })),
    policies,
  });
  return carefulCan(program, pair).verdict === "allowed";
}

/**
 * What would allow a connection that is not: for each end that does not let it pass for sure the change that opens least.
 * Each was tried: with all of them the answer is yes. Empty where it is yes already, or where nothing would do (other
 * protocols, addresses that nobody knows).
 */
export function suggest(input: ExplainInput, connection: ConnectionExplanation): Suggestion[] {
  const { pair, answer, egress, ingress } = connection;
  const { flow } = pair;
  if (answer.verdict === "allowed" || flow.protocol === "other" || connection.families.length === 0)
    return [];
  const spaces = new Set([pair.from, pair.to].flatMap(podsOf).map(({ namespace }) => namespace));
  const near = [...input.policies.values()]
    .map(({ policy }) => policy)
    .filter(({ namespace }) => spaces.has(namespace));
  const first = (side: SideExplanation, subject: Party, peer: Party): Suggestion[] => {
    if (side.verdict === "allowed" || subject.end.kind !== "pod") return [];
    return candidates({ input, side, subject, pod: subject.end.pod, peer, flow }).slice(0, 1);
  };
  const chosen = [...first(egress, pair.from, pair.to), ...first(ingress, pair.to, pair.from)];
  const after = chosen.reduce<readonly NetworkPolicy[]>(applySuggestion, near);
  return chosen.length > 0 && isAllowed(input, connection, after) ? chosen : [];
}
