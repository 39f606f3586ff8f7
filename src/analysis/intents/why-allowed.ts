import { families } from "../../core/address.ts";
import { type Judgement, type Side, judge } from "../../core/evaluate.ts";
import { ruleIdText } from "../../core/policy.ts";
import type { Program } from "../../core/program.ts";
import { containsFlow } from "../../core/traffic.ts";
import type { CanQuestion } from "../can.ts";
import { destinationOf } from "../party.ts";

function leave({ direction, isolatedBy, rules }: Side, { from, to, flow }: CanQuestion): string {
  const end = direction === "egress" ? `egress from ${from.name}` : `ingress to ${to.name}`;
  if (isolatedBy.length === 0) return `no policy isolates ${end}`;
  const rule = rules.find(({ certain }) => containsFlow(certain, flow));
  return rule === undefined ? `${end} is allowed` : `${ruleIdText(rule.rule)} allows ${end}`;
}

/** Why something that is allowed is: in one sentence, what lets it out and what lets it in. */
export function whyAllowed(program: Program, question: CanQuestion): string {
  const { from, to, flow } = question;
  const judged = families.map((family): Judgement =>
    judge(program, from.end, destinationOf(from, to), family),
  );
  const found = judged.find(({ certain }) => containsFlow(certain, flow));
  if (found === undefined) return "no policy has a say in it";
  if (found.exempt === "yes") return `policies do not apply between ${from.name} and ${to.name}`;
  return `${leave(found.egress, question)}, and ${leave(found.ingress, question)}`;
}
