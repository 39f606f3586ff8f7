import type { Family } from "../../core/address.ts";
import { type Side, verdictFor } from "../../core/evaluate.ts";
import { nearestRule } from "../../core/nearest-rule.ts";
import { ruleIdText } from "../../core/policy.ts";
import { matches, selector } from "../../core/selector.ts";
import { destinationOf } from "../party.ts";
import type { ExplainInput } from "./explain-input.ts";
import { type SideView, explainRule, subjectAndPeer } from "./explain-rule.ts";
import type { ExplainedPair, PolicyExplanation, RuleExplanation, SideExplanation } from "./explanation.ts";
import { NEVER } from "./nearest-miss.ts";

function policiesOf(view: SideView): PolicyExplanation[] {
  const { side, input } = view;
  const rules = Map.groupBy(side.rules, ({ rule }) => rule.policy);
  return side.isolatedBy.flatMap((policy) => {
    const written = input.policies.get(policy);
    if (written === undefined) throw new Error(`the program has a policy that nobody wrote: ${policy}`);
    return [
      {
        policy,
        object: written.object,
        place: written.locate([]),
        isInvalid: written.policy.spec === "invalid",
        rules: (rules.get(policy) ?? []).map((each) => explainRule(each, written, view)),
      },
    ];
  });
}

/** Those that select the end and leave it open in this direction. */
function asides({ input, side, pair }: SideView): string[] {
  const [{ end }] = subjectAndPeer(side.direction, pair);
  if (end.kind !== "pod") return [];
  const isolating = new Set(side.isolatedBy);
  return [...input.policies]
    .filter(([key, { policy }]) => {
      if (isolating.has(key) || policy.namespace !== end.pod.namespace || policy.spec === "invalid")
        return false;
      return matches(selector(policy.spec.podSelector), end.pod.labels);
    })
    .map(([key]) => key);
}

const lack = ({ peer, port }: RuleExplanation): number => (peer?.distance ?? 0) + (port?.distance ?? 0);

/** The rule that denials tell, too; where it is none, since none has so much as the peer or the port, that which lacks least. */
function nearestOfAll(
  { input, pair, side }: SideView,
  rules: readonly RuleExplanation[],
): RuleExplanation | undefined {
  const lacking = new Map(rules.map((rule) => [ruleIdText(rule.id), lack(rule)]));
  const found = nearestRule(
    input.program,
    side,
    { destination: destinationOf(pair.from, pair.to), flow: pair.flow },
    (id) => lacking.get(ruleIdText(id)) ?? NEVER,
  );
  if (found === undefined) return rules.toSorted((a, b) => lack(a) - lack(b))[0];
  return rules.find(({ id }) => ruleIdText(id) === ruleIdText(found.rule));
}

/** One direction, to the end: every policy that isolates, every rule of each, and what each one lacks. */
export function explainSide(
  input: ExplainInput,
  pair: ExplainedPair,
  family: Family,
  side: Side,
): SideExplanation {
  const view: SideView = { input, pair, family, side };
  const policies = policiesOf(view);
  const verdict = verdictFor(side, pair.flow);
  const all = policies.flatMap(({ rules }) => rules);
  const closest = verdict === "denied" ? nearestOfAll(view, all) : undefined;
  return {
    direction: side.direction,
    verdict,
    policies,
    others: asides(view),
    ...(closest !== undefined && { nearest: closest }),
  };
}
