import type { Verdict } from "../../core/evaluate.ts";
import { ruleIdText } from "../../core/policy.ts";
import { type CanAnswer, flowText } from "../can.ts";
import { explainConnection } from "./explain-connection.ts";
import type { ExplainInput } from "./explain-input.ts";
import type {
  ConnectionExplanation,
  ExplainedGroup,
  ExplainedPair,
  Explanation,
  Miss,
  SideExplanation,
} from "./explanation.ts";
import { suggest } from "./suggest/suggest.ts";

/** An answer that is to be explained, with the connections that it was put together from. */
export interface Answered {
  readonly verdict: Verdict;
  readonly why?: string | undefined;
  readonly service?: string | undefined;
  readonly leftOut?: string | undefined;
  readonly parts: readonly { readonly pair: ExplainedPair; readonly answer: CanAnswer }[];
}

const missText = (miss: Miss | undefined): string => miss?.path.join(".") ?? "";

const sideText = ({ verdict, policies }: SideExplanation): string =>
  [
    verdict,
    ...policies.flatMap(({ policy, rules }) => [
      policy,
      ...rules.map(
        (rule) => `${ruleIdText(rule.id)} ${rule.verdict} ${missText(rule.peer)} ${missText(rule.port)}`,
      ),
    ]),
  ].join("\n");

/** Connections of one text are alike in all that is told of them but names. */
const likeness = ({ pair, answer, exempt, egress, ingress }: ConnectionExplanation): string =>
  [answer.verdict, exempt, flowText(pair.flow), sideText(egress), sideText(ingress)].join("\n\n");

/** Explains an answer: every connection of it, those that are alike as one. */
export function explain(input: ExplainInput, { parts, ...answer }: Answered): Explanation {
  const connections = parts.map(({ pair, answer }) => explainConnection(input, pair, answer));
  const groups = [...Map.groupBy(connections, likeness).values()].flatMap(
    ([first, ...rest]): ExplainedGroup[] =>
      first === undefined
        ? []
        : [{ connection: first, suggestions: suggest(input, first), likewise: rest.map(({ pair }) => pair) }],
  );
  return { ...answer, groups };
}
