import { UsageError } from "./exit-codes.ts";
import { type Loaded, loaded } from "./load-source.ts";
import { layChanges, readSource } from "./read-source.ts";
import type { SourceFlags } from "./source-options.ts";

export interface DiffFlags extends SourceFlags {
  /** `live`, or a file or folder. */
  readonly against: string;
}

/** The two clusters, the old one first. */
export interface DiffSides {
  readonly before: Loaded;
  readonly after: Loaded;
}

/** What the live cluster is, and what it would be with the files applied to it, as `kubectl diff` has it. Read once. */
async function againstLive(flags: DiffFlags): Promise<DiffSides> {
  const { filename = [], overlay = [], delete: deletions = [], against: _, ...where } = flags;
  if (filename.length + overlay.length + deletions.length === 0)
    throw new UsageError(
      "nothing to compare with the live cluster: name new manifests with -f, or a former state with --against",
    );
  const base = await readSource(where);
  const changed = await layChanges(base, { overlay: [...filename, ...overlay], delete: deletions });
  return { before: loaded(base), after: loaded(changed) };
}

/** Reads both clusters. Throws UsageError where either cannot be. */
export async function diffSides(flags: DiffFlags): Promise<DiffSides> {
  const { against, namespace } = flags;
  if (against === "live") return againstLive(flags);
  if (against === "-" && flags.filename?.includes("-") === true)
    throw new UsageError("standard input can be one side only, -f or --against");
  const old = await readSource({ filename: [against], ...(namespace !== undefined && { namespace }) });
  const fresh = await readSource(flags);
  return { before: loaded(old), after: loaded(fresh) };
}
