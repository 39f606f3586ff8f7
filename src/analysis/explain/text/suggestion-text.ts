import { wrap } from "../../finding/wrap.ts";
import { counted } from "../../lint/words.ts";
import { type Suggestion } from "../suggest/suggestion.ts";
import { suggestionValue } from "../suggest/suggestion-value.ts";
import { type TextOptions, WIDTH } from "./text-options.ts";
import { placeText } from "./words.ts";

/** `add to spec.ingress of shop/db (policies.yaml:64:5)` */
export function suggestionTitle(suggestion: Suggestion): string {
  const { direction, policy } = suggestion;
  if (suggestion.kind === "add policy") return `add the policy ${policy}`;
  const field =
    suggestion.kind === "add rule" ? `spec.${direction}` : `spec.${direction}[${suggestion.index}].ports`;
  const where = placeText(suggestion.at);
  return `add to ${field} of ${policy}${where === "" ? "" : ` (${where})`}`;
}

/** How much it opens, in a sentence without a full stop. */
export function coverageText(suggestion: Suggestion): string {
  const { covers } = suggestion;
  if (covers === 1) return "opens this and nothing else that is there today";
  if (covers !== undefined)
    return `opens this port between ${counted(covers, "pair")} of pods, and to those made alike`;
  return "opens this port to all that the rule names, addresses outside the cluster among them";
}

/** What to write, and where, so that the answer becomes yes. */
export function suggestionsText(suggestions: readonly Suggestion[], { yaml, paint }: TextOptions): string[] {
  if (suggestions.length === 0) return [];
  const isOne = suggestions.length === 1;
  const lead = isOne ? [] : [paint.strong("to allow it, both:")];
  return [
    ...lead,
    ...suggestions.flatMap((suggestion, i) => [
      ...(i === 0 ? [] : [""]),
      ...wrap(`${isOne ? "to allow it, " : `${i + 1}. `}${suggestionTitle(suggestion)}:`, WIDTH, "  ").map(
        paint.strong,
      ),
      ...yaml(suggestionValue(suggestion))
        .trimEnd()
        .split("\n")
        .map((line) => `  ${paint.good(line)}`),
      ...wrap(`# ${coverageText(suggestion)}`, WIDTH - 2, "# ").map((line) => paint.faint(`  ${line}`)),
    ]),
  ];
}
