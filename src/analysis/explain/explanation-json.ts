import { ruleIdText } from "../../core/policy.ts";
import { formatTraffic } from "../connectivity-map.ts";
import { endJson } from "./end-json.ts";
import type {
  ConnectionExplanation,
  ExplainedGroup,
  ExplainedPair,
  Explanation,
  Miss,
  RuleExplanation,
  SideExplanation,
} from "./explanation.ts";
import type { Suggestion } from "./suggest/suggestion.ts";
import { suggestionValue } from "./suggest/suggestion-value.ts";
import { coverageText, suggestionTitle } from "./text/suggestion-text.ts";

/** What was asked, as it was written, and what RBAC hid. */
export interface AskedExplanation {
  readonly from: string;
  readonly to: string;
  readonly incomplete: readonly string[];
}

const missJson = ({ place, message, help, code }: Miss): unknown => ({
  ...place,
  message,
  ...(help !== undefined && { help }),
  ...(code !== undefined && { code }),
});

const ruleJson = ({ id, place, verdict, opens, peer, port }: RuleExplanation): unknown => ({
  rule: ruleIdText(id),
  index: id.index,
  ...place,
  verdict,
  opens: formatTraffic(opens),
  ...(peer !== undefined && { peer: missJson(peer) }),
  ...(port !== undefined && { port: missJson(port) }),
});

const sideJson = ({ verdict, policies, others, nearest }: SideExplanation): unknown => ({
  verdict,
  isolated: policies.length > 0,
  policies: policies.map(({ policy, place, isInvalid, rules }) => ({
    policy,
    ...place,
    ...(isInvalid && { invalid: true }),
    rules: rules.map(ruleJson),
  })),
  othersSelecting: others,
  ...(nearest !== undefined && { nearest: ruleIdText(nearest.id) }),
});

const suggestionJson = (suggestion: Suggestion): unknown => ({
  change: suggestion.kind,
  direction: suggestion.direction,
  policy: suggestion.policy,
  ...(suggestion.kind !== "add policy" && suggestion.at),
  title: suggestionTitle(suggestion),
  value: suggestionValue(suggestion),
  opens: coverageText(suggestion),
  ...(suggestion.covers !== undefined && { pairs: suggestion.covers }),
});

const pairJson = ({ from, to, flow, service }: ExplainedPair): object => ({
  from: endJson(from),
  to: endJson(to),
  protocol: flow.protocol,
  ...("port" in flow && { port: flow.port }),
  ...(service !== undefined && { service: `${service.name}:${service.port}` }),
});

function connectionJson({ pair, answer, families, exempt, egress, ingress }: ConnectionExplanation): object {
  return {
    ...pairJson(pair),
    ...answer,
    families: Object.fromEntries(families.map(({ family, verdict }) => [family, verdict])),
    exempt,
    egress: sideJson(egress),
    ingress: sideJson(ingress),
  };
}

const groupJson = ({ connection, suggestions, likewise, walks }: ExplainedGroup): unknown => ({
  ...connectionJson(connection),
  suggestions: suggestions.map(suggestionJson),
  likewise: likewise.map(pairJson),
  ...(walks !== undefined && { kernel: walks }),
});

/** For programs: all that is known, nothing left out. Versioned. */
export function explanationJson(
  { verdict, why, service, leftOut, groups }: Explanation,
  { from, to, incomplete }: AskedExplanation,
): object {
  return {
    apiVersion: "selvedge.dev/v1alpha1",
    kind: "Explanation",
    from,
    to,
    verdict,
    ...(why !== undefined && { why }),
    ...(service !== undefined && { service }),
    ...(leftOut !== undefined && { leftOut }),
    connections: groups.map(groupJson),
    incomplete,
  };
}
