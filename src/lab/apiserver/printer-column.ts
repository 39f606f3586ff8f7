import type { JsonObject } from "./json.ts";
import type { KubeObject } from "./kube-object.ts";

/** One column of a Table, and how its cell is read from an object. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  /** 0 is always shown, more only with `-o wide`. */
  readonly priority: number;
  readonly cell: (object: KubeObject, now: Date) => string | number | boolean | null;
}

/** A column's definition as a Table carries it. */
export const columnDefinition = ({ name, type, priority }: PrinterColumn): JsonObject => ({
  name,
  type,
  format: name === "Name" ? "name" : "",
  description: "",
  priority,
});
