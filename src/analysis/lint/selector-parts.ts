import type { LabelSelector } from "../../core/selector.ts";
import type { Path } from "./lint-input.ts";

/** One condition of a label selector, as it was written. */
export interface SelectorPart {
  readonly key: string;
  /** Below the selector's own path: to the value, or to the expression. */
  readonly path: Path;
  /** The place of the key itself, where it can be told from that of the whole. */
  readonly keyPath: Path;
  /** The selector of this condition alone. */
  readonly alone: LabelSelector;
  /** The selector without this condition. */
  readonly without: LabelSelector;
}

/** All conditions of a selector: matchLabels first, as people read. */
export function selectorParts({ matchLabels = {}, matchExpressions = [] }: LabelSelector): SelectorPart[] {
  const labels = Object.entries(matchLabels).map(([key, value]): SelectorPart => {
    const path = ["matchLabels", key];
    const rest = Object.fromEntries(Object.entries(matchLabels).filter(([other]) => other !== key));
    return {
      key,
      path,
      keyPath: path,
      alone: { matchLabels: Object.fromEntries([[key, value]]) },
      without: { matchLabels: rest, matchExpressions },
    };
  });
  const expressions = matchExpressions.map((expression, i): SelectorPart => {
    const path = ["matchExpressions", i];
    return {
      key: expression.key,
      path,
      keyPath: [...path, "key"],
      alone: { matchExpressions: [expression] },
      without: { matchLabels, matchExpressions: matchExpressions.filter((_, other) => other !== i) },
    };
  });
  return [...labels, ...expressions];
}
