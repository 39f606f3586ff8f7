import { type Family, families } from "../core/address.ts";
import { speaks } from "../core/end.ts";
import { type Judgement, type Side, type Verdict, judge, verdictFor } from "../core/evaluate.ts";
import { ruleIdText } from "../core/policy.ts";
import type { Program } from "../core/program.ts";
import { type Flow, containsFlow } from "../core/traffic.ts";
import { type Party, destinationOf } from "./party.ts";

export interface CanQuestion {
  readonly from: Party;
  readonly to: Party;
  readonly flow: Flow;
}

export interface CanAnswer {
  readonly verdict: Verdict;
  /** One sentence, without a full stop. */
  readonly why: string;
}

const flowText = (flow: Flow): string =>
  flow.protocol === "other" ? "other protocols" : `${flow.protocol}/${flow.port}`;

const list = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

/** How many policies are named before the rest is only counted. */
const NAMED = 3;

function policiesText(policies: readonly string[]): string {
  const more = policies.length - NAMED;
  return more > 0 ? `${policies.slice(0, NAMED).join(", ")} and ${more} more` : list(policies);
}

function refusal({ direction, isolatedBy, rules }: Side, { from, to, flow }: CanQuestion): string {
  const [end, way, other] =
    direction === "egress" ? ["egress from", "to", to.name] : ["ingress to", "from", from.name];
  const subject = direction === "egress" ? from.name : to.name;
  const isolated = `${end} ${subject} is isolated by ${policiesText(isolatedBy)}`;
  if (rules.length === 0) return `${isolated}, which ${isolatedBy.length === 1 ? "allows" : "allow"} nothing`;
  return `${isolated}, and no rule allows ${flowText(flow)} ${way} ${other}`;
}

function whyDenied(judgement: Judgement, question: CanQuestion): string {
  const refusing = [judgement.egress, judgement.ingress].filter(
    ({ possible }) => !containsFlow(possible, question.flow),
  );
  return refusing.map((side) => refusal(side, question)).join("; and ");
}

function whyUncertain({ exempt, egress, ingress }: Judgement, { from, to, flow }: CanQuestion): string {
  if (exempt === "maybe")
    return `whether ${from.name} and ${to.name} share a node is not known, and a pod's own node always may`;
  const rules = [egress, ingress].flatMap((side) =>
    side.rules.filter(
      ({ certain, possible }) => containsFlow(possible, flow) && !containsFlow(certain, flow),
    ),
  );
  return `${list(rules.map(({ rule }) => ruleIdText(rule)))} names addresses, and those of the pods are not known yet`;
}

function whyAllowed({ exempt, egress, ingress }: Judgement, { flow }: CanQuestion): string {
  if (exempt === "yes") return "policies do not apply between a pod and itself or its own node";
  const sides = [egress, ingress].map(({ direction, isolatedBy, rules }) => {
    if (isolatedBy.length === 0) return `${direction} is not isolated`;
    const rule = rules.find(({ certain }) => containsFlow(certain, flow));
    return rule === undefined ? direction : `${ruleIdText(rule.rule)} allows it`;
  });
  return sides.join(", ");
}

/** The best verdict over the families that both ends speak: a client with two addresses uses the one that works. */
const RANK: Readonly<Record<Verdict, number>> = { allowed: 0, depends: 1, denied: 2 };

export function can(program: Program, question: CanQuestion): CanAnswer {
  const { from, to, flow } = question;
  const destination = destinationOf(from, to);
  const shared = families.filter((family) => speaks(from.end, family) && speaks(destination, family));
  if (shared.length === 0)
    return { verdict: "denied", why: `${from.name} and ${to.name} share no address family` };
  const answers = shared.map((family) => {
    const judgement = judge(program, from.end, destination, family);
    return { family, judgement, verdict: verdictFor(judgement, flow) };
  });
  const [best] = answers.toSorted((a, b) => RANK[a.verdict] - RANK[b.verdict]);
  if (best === undefined) throw new Error("no family was judged");
  const reasons: Readonly<Record<Verdict, typeof whyDenied>> = {
    allowed: whyAllowed,
    denied: whyDenied,
    depends: whyUncertain,
  };
  const only = onlyFamily(answers, best.verdict);
  const why = reasons[best.verdict](best.judgement, question);
  return { verdict: best.verdict, why: only === undefined ? why : `over ${only} only: ${why}` };
}

/** The family, where just one of two gives this verdict. */
function onlyFamily(
  answers: readonly { family: Family; verdict: Verdict }[],
  verdict: Verdict,
): Family | undefined {
  const agreeing = answers.filter((answer) => answer.verdict === verdict);
  return answers.length > 1 && agreeing.length === 1 ? agreeing[0]?.family : undefined;
}
