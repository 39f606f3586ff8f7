import type { FieldPath } from "../validation/field-path.ts";
import type { FieldPart } from "./manifest-set.ts";

/** One document of a file: what it holds, and where in the file's text, as offsets, each of its fields was written. */
export interface ReadDocument {
  readonly value: unknown;
  /** Of a field that was not written, the place of the nearest field around it. */
  readonly locate: (path: FieldPath, part?: FieldPart) => number;
}
