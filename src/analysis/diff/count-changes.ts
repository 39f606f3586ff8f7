import type { ClustersDiff } from "./clusters-diff.ts";
import { type ChangeKind, changeKinds } from "./pair-changes.ts";

/** What may be counted in a diff, and fail it. */
export type DiffEvent = ChangeKind | "added" | "removed";

export const diffEvents: readonly DiffEvent[] = [...changeKinds, "added", "removed"];

/** How often each happened: pairs of ends, and ends. */
export function countOf({ counts, added, removed }: ClustersDiff, event: DiffEvent): number {
  if (event === "added") return added.length;
  return event === "removed" ? removed.length : counts[event];
}

/** `2 pairs opened, 1 closed; 1 end added`, or `no differences`. */
export function countsText(diff: ClustersDiff): string {
  const of = (events: readonly DiffEvent[], one: string, many: string): string[] => {
    const found = events
      .map((event) => ({ event, count: countOf(diff, event) }))
      .filter(({ count }) => count > 0);
    const [first] = found;
    if (first === undefined) return [];
    const unit = first.count === 1 ? one : many;
    return [found.map(({ event, count }, i) => `${count} ${i === 0 ? `${unit} ` : ""}${event}`).join(", ")];
  };
  const parts = [...of(changeKinds, "pair", "pairs"), ...of(["added", "removed"], "end", "ends")];
  return parts.length === 0 ? "no differences" : parts.join("; ");
}
