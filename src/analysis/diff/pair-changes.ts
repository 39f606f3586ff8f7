import { type Family, families } from "../../core/address.ts";
import { speaks } from "../../core/end.ts";
import type { Verdict } from "../../core/evaluate.ts";
import { type Traffic, equalTraffic, isNoTraffic } from "../../core/traffic.ts";
import { attribute } from "./attribute.ts";
import { editId, type Edit } from "./edit.ts";
import type { EndClass } from "./end-classes.ts";
import type { PairJudge } from "./pair-judge.ts";
import { isGain, transitions } from "./transition.ts";
import { bothOf } from "./versions.ts";

/** `opened`: nothing could pass before; `widened`: less could. `closed` and `narrowed` are the same, looked at backwards. */
export type ChangeKind = "opened" | "closed" | "widened" | "narrowed";

export const changeKinds: readonly ChangeKind[] = ["opened", "closed", "widened", "narrowed"];

/** How one pair of ends changes. */
export interface PairChange {
  readonly kind: ChangeKind;
  /** Set where the other family, which the ends speak too, does not change so. */
  readonly family: Family | undefined;
  readonly before: Verdict;
  readonly after: Verdict;
  readonly traffic: Traffic;
  /** What causes it; never empty. */
  readonly edits: readonly Edit[];
}

const sharedFamilies = (from: EndClass, to: EndClass): Family[] =>
  families.filter((family) =>
    [from, to].every(({ versions }) => bothOf(versions).some(({ end }) => speaks(end, family))),
  );

const isSame = (a: Omit<PairChange, "family">, b: Omit<PairChange, "family">): boolean =>
  a.before === b.before &&
  a.after === b.after &&
  equalTraffic(a.traffic, b.traffic) &&
  a.edits.map(editId).join() === b.edits.map(editId).join();

/** All that changes between two ends, each flow once. */
export function pairChanges(pair: PairJudge, from: EndClass, to: EndClass): PairChange[] {
  if (pair.edits.length === 0) return [];
  const [before, after] = [pair.with(new Set()), pair.with(new Set(pair.edits))];
  const isClosed = (bounds: typeof before): boolean =>
    families.every((family) => isNoTraffic(bounds[family].possible));
  const [wasClosed, willBeClosed] = [isClosed(before), isClosed(after)];
  const kindOf = (change: Parameters<typeof isGain>[0]): ChangeKind => {
    if (isGain(change)) return wasClosed ? "opened" : "widened";
    return willBeClosed ? "closed" : "narrowed";
  };

  const of = (family: Family): PairChange[] =>
    transitions(before[family], after[family]).flatMap((transition) =>
      attribute(pair, transition, family).map((part) => ({
        ...transition,
        ...part,
        kind: kindOf(transition),
        family,
      })),
    );
  const found = families.flatMap(of);
  const isOneFamily = sharedFamilies(from, to).length === 1;
  return found.flatMap((change): PairChange[] => {
    if (isOneFamily) return [{ ...change, family: undefined }];
    const twin = found.find((other) => other.family !== change.family && isSame(change, other));
    if (twin === undefined) return [change];
    return change.family === families[0] ? [{ ...change, family: undefined }] : [];
  });
}
