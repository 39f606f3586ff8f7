import type { FieldPath } from "./field-path.ts";
import { type FieldProblem, invalid, tooLong } from "./field-problem.ts";
import { labelKeyProblems, labelValueProblems } from "./names.ts";

/** A map of texts as the decoder leaves it: its keys are whatever was written, `__proto__` included. */
export type TextMap = Readonly<Record<string, string | null>>;

/** A label's or an annotation's key (meta/v1/validation ValidateLabelName). */
export const labelKey = (path: FieldPath, key: string, at = path): FieldProblem[] =>
  labelKeyProblems(key).map((says) => invalid(path, key, says, at));

/** meta/v1/validation ValidateLabels. */
export const labels = (path: FieldPath, map: TextMap): FieldProblem[] =>
  Object.entries(map).flatMap(([key, value]) => [
    ...labelKey(path, key, [...path, key]),
    ...labelValueProblems(value ?? "").map((says) => invalid(path, value ?? "", says, [...path, key])),
  ]);

/** All annotations of an object together, in bytes. */
const ANNOTATIONS_MAXIMUM = 256 * 1024;

/** api/validation ValidateAnnotations: keys as labels' but in any case, values free. */
export function annotations(path: FieldPath, map: TextMap): FieldProblem[] {
  const entries = Object.entries(map);
  const problems = entries.flatMap(([key]) =>
    labelKeyProblems(key.toLowerCase()).map((says) => invalid(path, key, says, [...path, key])),
  );
  const size = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key + (value ?? "")), 0);
  return size > ANNOTATIONS_MAXIMUM ? [...problems, tooLong(path, ANNOTATIONS_MAXIMUM)] : problems;
}
