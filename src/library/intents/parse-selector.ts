import type { LabelSelector, LabelSelectorRequirement } from "../../core/selector.ts";
import { labelKeyProblems, labelValueProblems } from "../../kube/validation/names.ts";
import type { BadEnd } from "../end-spec.ts";

const bad = (message: string): BadEnd => ({ kind: "bad", message });

/** Commas within parentheses separate values. */
const terms = (text: string): string[] =>
  text
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== "");

function requirement(term: string): LabelSelectorRequirement | undefined {
  const set = /^([^\s!=]+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(term);
  if (set !== null) {
    const [, key = "", operator, values = ""] = set;
    const listed = values.split(",").map((value) => value.trim());
    return { key, operator: operator === "in" ? "In" : "NotIn", values: listed };
  }
  const compared = /^([^\s!=]+)\s*(==|=|!=)\s*([^\s!=]*)$/.exec(term);
  if (compared !== null) {
    const [, key = "", operator, value = ""] = compared;
    return { key, operator: operator === "!=" ? "NotIn" : "In", values: [value] };
  }
  const [, not, key] = /^(!?)\s*([^\s!=]+)$/.exec(term) ?? [];
  return key === undefined ? undefined : { key, operator: not === "" ? "Exists" : "DoesNotExist" };
}

/** Reads a selector as `kubectl get -l` does: `app=web,tier!=db,env in (a,b),!old,key`. The empty text selects everything. */
export function parseSelector(text: string): LabelSelector | BadEnd {
  const matchExpressions: LabelSelectorRequirement[] = [];
  for (const term of terms(text)) {
    const found = requirement(term);
    if (found === undefined)
      return bad(`${term} is no requirement: want key=value, key!=value, key in (a,b), key or !key`);
    const [problem] = [...labelKeyProblems(found.key), ...(found.values ?? []).flatMap(labelValueProblems)];
    if (problem !== undefined) return bad(`${term}: ${problem}`);
    matchExpressions.push(found);
  }
  return { matchExpressions };
}
