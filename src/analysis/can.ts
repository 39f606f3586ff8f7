import { families } from "../core/address.ts";
import { speaks } from "../core/end.ts";
import { type Judgement, type Side, type Verdict, judge, verdictFor } from "../core/evaluate.ts";
import { ruleIdText } from "../core/policy.ts";
import type { Program } from "../core/program.ts";
import { type Flow, containsFlow } from "../core/traffic.ts";
import { type Party, destinationOf } from "./party.ts";

/** May `from` open a connection to `to`? `flow` is the protocol and the destination's own port, after any Service. */
export interface CanQuestion {
  readonly from: Party;
  readonly to: Party;
  readonly flow: Flow;
}

/** `depends`: on addresses or nodes that nobody knows yet. */
export type CanAnswer =
  | { readonly verdict: "allowed" }
  /** One sentence, without a full stop. */
  | { readonly verdict: "denied" | "depends"; readonly why: string };

/** `TCP/80`; of all other protocols ICMP is the one that can be asked about. */
export const flowText = (flow: Flow): string =>
  flow.protocol === "other" ? "ICMP" : `${flow.protocol}/${flow.port}`;

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

/** The best verdict over the families that both ends speak: a client with two addresses uses the one that works. */
const RANK: Readonly<Record<Verdict, number>> = { allowed: 0, depends: 1, denied: 2 };

/**
 * Answers one question, and where the answer is not yes, why: who isolates which end, and that none of their rules
 * allows it. A pod with addresses of both families may if it may over one of them.
 */
export function can(program: Program, question: CanQuestion): CanAnswer {
  const { from, to, flow } = question;
  const destination = destinationOf(from, to);
  const shared = families.filter((family) => speaks(from.end, family) && speaks(destination, family));
  if (shared.length === 0)
    return { verdict: "denied", why: `${from.name} and ${to.name} share no address family` };
  const answers = shared.map((family) => {
    const judgement = judge(program, from.end, destination, family);
    return { judgement, verdict: verdictFor(judgement, flow) };
  });
  const [best] = answers.toSorted((a, b) => RANK[a.verdict] - RANK[b.verdict]);
  if (best === undefined) throw new Error("no family was judged");
  const { verdict, judgement } = best;
  switch (verdict) {
    case "allowed":
      return { verdict };
    case "denied":
      return { verdict, why: whyDenied(judgement, question) };
    case "depends":
      return { verdict, why: whyUncertain(judgement, question) };
  }
}
