import type { Verdict } from "../../../core/evaluate.ts";
import type { Paint } from "../../finding/paint.ts";
import type { FieldPlace } from "../../lint/lint-input.ts";

const WORDS: Readonly<Record<Verdict, string>> = { allowed: "yes", denied: "no", depends: "depends" };

/** `yes`, `no` or `depends`. */
export const verdictWord = (verdict: Verdict): string => WORDS[verdict];

/** The colour of a verdict. */
export const verdictPaint = (verdict: Verdict, paint: Paint): ((text: string) => string) =>
  ({ allowed: paint.good, denied: paint.error, depends: paint.warning })[verdict];

/** `policies.yaml:22:7`, or the field of what has no file; nothing where the whole of a live object is meant. */
export function placeText({ file, line, column, field }: FieldPlace): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(":");
  return place === "" ? (field ?? "") : place;
}
