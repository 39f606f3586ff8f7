import type { Place } from "../finding/finding.ts";
import type { ClustersDiff } from "./clusters-diff.ts";
import { type Edit, editId } from "./edit.ts";

/** An edit as people find it: the object, and where it was written; of what was removed, where it was. */
export interface Cause extends Place {
  readonly change: Edit["change"];
  /** `NetworkPolicy shop/web` */
  readonly object: string;
  /** The part of the object that differs, where the rest of it does not. */
  readonly field?: string | undefined;
}

/** The difference of two clusters, as every reporter takes it. */
export interface DiffReport {
  readonly diff: ClustersDiff;
  /** Every edit, by `editId`. */
  readonly causes: ReadonlyMap<string, Cause>;
  /** What RBAC hid of either side, in words. */
  readonly incomplete: readonly string[];
}

export function causesOf(edits: readonly Edit[], { causes }: DiffReport): Cause[] {
  return edits.map(
    (edit) => causes.get(editId(edit)) ?? { change: edit.change, object: `${edit.kind} ${edit.key}` },
  );
}

/** `NetworkPolicy shop/web changed (new/web.yaml:14:9 spec.ingress[0])` */
export function causeText({ object, change, field, file, line, column }: Cause): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(":");
  const where = [place, field ?? ""].filter((part) => part !== "").join(" ");
  return `${object} ${change}${where === "" ? "" : ` (${where})`}`;
}
