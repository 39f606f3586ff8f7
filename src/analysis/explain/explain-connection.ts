import { families } from "../../core/address.ts";
import { speaks } from "../../core/end.ts";
import { type Verdict, judge, verdictFor } from "../../core/evaluate.ts";
import type { CanAnswer } from "../can.ts";
import { destinationOf } from "../party.ts";
import type { ExplainInput } from "./explain-input.ts";
import { explainSide } from "./explain-side.ts";
import type { ConnectionExplanation, ExplainedPair } from "./explanation.ts";

const RANK: Readonly<Record<Verdict, number>> = { allowed: 0, depends: 1, denied: 2 };

/** Explains one connection by the very judgement that answers it. `answer` is what `carefulCan` says of it. Never throws. */
export function explainConnection(
  input: ExplainInput,
  pair: ExplainedPair,
  answer: CanAnswer,
): ConnectionExplanation {
  const { from, to, flow } = pair;
  const destination = destinationOf(from, to);
  const judged = families.map((family) => {
    const judgement = judge(input.program, from.end, destination, family);
    return { family, judgement, verdict: verdictFor(judgement, flow) };
  });
  const shared = judged.filter(({ family }) => speaks(from.end, family) && speaks(destination, family));
  // Where they share none, no side has a say; one is told all the same.
  const [best] = [...shared.toSorted((a, b) => RANK[a.verdict] - RANK[b.verdict]), ...judged];
  if (best === undefined) throw new Error("no family was judged");
  const { family, judgement } = best;
  return {
    pair,
    answer,
    families: shared.map((each) => ({ family: each.family, verdict: each.verdict })),
    family,
    exempt: judgement.exempt,
    egress: explainSide(input, pair, family, judgement.egress),
    ingress: explainSide(input, pair, family, judgement.ingress),
  };
}
