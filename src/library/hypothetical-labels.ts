import type { Labels } from "../core/selector.ts";
import { labelKeyProblems, labelValueProblems } from "../kube/validation/names.ts";

export type HypotheticalLabels =
  | { readonly kind: "labels"; readonly labels: Labels }
  | { readonly kind: "bad"; readonly message: string };

/**
 * The labels of a pod that does not exist yet, from an equality selector: `app=web,tier!=db,!old`. It has those with `=`
 * (or `==`) and no others, so that `!=` and `!key` hold unless they contradict. What leaves a label open (`key`, `in`,
 * `notin`) is refused: it would be many pods, and the answer might not be one.
 */
export function hypotheticalLabels(text: string): HypotheticalLabels {
  const labels = new Map<string, string>();
  const not: [string, string | undefined][] = [];
  const bad = (message: string): HypotheticalLabels => ({ kind: "bad", message });
  if (/\b(?:in|notin)\s*\(/.test(text))
    return bad("`in` and `notin` stand for many pods: ask about each one, as {key=value}");
  for (const term of text.split(",").map((each) => each.trim())) {
    if (term === "") continue;
    const [, absent, key = "", operator, value = ""] =
      /^(!?)\s*([^!=\s]+)\s*(?:(!=|==|=)\s*(.*))?$/.exec(term) ?? [];
    const problem = [...labelKeyProblems(key), ...labelValueProblems(value)][0];
    if (absent === undefined) return bad(`${term} is no requirement: want key=value, key!=value or !key`);
    if (problem !== undefined) return bad(`${term}: ${problem}`);
    if (absent !== "" || operator === "!=") {
      if (absent !== "" && operator !== undefined) return bad(`${term}: want !key, or key!=value`);
      not.push([key, absent === "" ? value : undefined]);
    } else if (operator === undefined) {
      return bad(`${term}: any value would do, and which one is not said: want ${term}=value`);
    } else if ((labels.get(key) ?? value) !== value) {
      return bad(`${key} cannot be both ${labels.get(key)} and ${value}`);
    } else labels.set(key, value);
  }
  const broken = not.find(
    ([key, value]) => labels.has(key) && (value ?? labels.get(key)) === labels.get(key),
  );
  if (broken !== undefined) return bad(`${broken[0]} is both wanted and ruled out`);
  return { kind: "labels", labels: Object.fromEntries(labels) };
}
