import { hiddenNote } from "../files/hidden-note.ts";
import type { ManifestSet } from "../files/manifest-set.ts";
import { keep } from "./keep.ts";
import { snapshotShapes } from "./shapes.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A `v1` List that `-f` reads, and that answers every question as these manifests do. */
export interface Snapshot {
  readonly apiVersion: "v1";
  readonly kind: "List";
  readonly metadata?: unknown;
  readonly items: readonly Fields[];
}

/** Strips manifests to what Selvedge reads of them (`snapshotShapes`), and says in it what was hidden. */
export function snapshotOf({ objects, hidden }: Pick<ManifestSet, "objects" | "hidden">): Snapshot {
  const metadata = hiddenNote(hidden);
  return {
    apiVersion: "v1",
    kind: "List",
    ...(metadata !== undefined && { metadata }),
    items: objects.flatMap(({ apiVersion, kind, raw }) => {
      const shape = snapshotShapes.get(kind);
      return shape === undefined ? [] : [{ apiVersion, kind, ...(keep(raw, shape) as Fields) }];
    }),
  };
}
