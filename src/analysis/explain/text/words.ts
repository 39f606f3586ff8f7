import type { Verdict } from "../../../core/evaluate.ts";
import type { Paint } from "../../finding/paint.ts";
import type { FieldPlace } from "../../lint/lint-input.ts";

const WORDS: Readonly<Record<Verdict, string>> = { allowed: "yes", denied: "no", depends: "depends" };

/** `yes`, `no` or `depends`. */
export const verdictWord = (verdict: Verdict): string => WORDS[verdict];

/** The colour of a verdict. */
export const verdictPaint = (verdict: Verdict, paint: Paint): ((text: string) => string) =>
  ({ allowed: paint.good, denied: paint.error, depends: paint.warning })[verdict];

/** `policies.yaml:22:7`; nothing of what is live, which is told by its name. */
export const placeText = ({ file, line, column }: FieldPlace): string =>
  [file, line, column].filter((part) => part !== undefined).join(":");
