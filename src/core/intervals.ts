/**
 * Half-open interval `[from, to)`. Half-open, because every operation then needs comparison only and no arithmetic,
 * and one algebra serves ports (number) and addresses (bigint) alike.
 */
export type Interval<T> = readonly [from: T, to: T];

/** Canonical: ascending, disjoint, never touching, none empty. Equal sets are equal lists. */
export type IntervalSet<T> = readonly Interval<T>[];

type Ordered = number | bigint;

/** The canonical set that covers exactly the given intervals, in any order, overlapping or empty. */
export function intervalSet<T extends Ordered>(intervals: Iterable<Interval<T>>): IntervalSet<T> {
  const sorted = [...intervals]
    .filter(([from, to]) => from < to)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const merged: [T, T][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last === undefined || from > last[1]) merged.push([from, to]);
    else if (to > last[1]) last[1] = to;
  }
  return merged;
}

/** Every set operation is a walk over both sets' boundaries, keeping the stretches where `keep` holds. */
function combine<T extends Ordered>(
  a: IntervalSet<T>,
  b: IntervalSet<T>,
  keep: (inA: boolean, inB: boolean) => boolean,
): IntervalSet<T> {
  const boundsA = a.flat();
  const boundsB = b.flat();
  const result: Interval<T>[] = [];
  let open: T | undefined;
  let i = 0;
  let j = 0;
  for (;;) {
    const nextA = boundsA[i];
    const nextB = boundsB[j];
    const at = nextA === undefined || (nextB !== undefined && nextB < nextA) ? nextB : nextA;
    if (at === undefined) return result;
    // An odd number of boundaries passed means inside.
    if (nextA === at) i += 1;
    if (nextB === at) j += 1;
    const kept = keep(i % 2 === 1, j % 2 === 1);
    if (kept) open ??= at;
    else if (open !== undefined) {
      result.push([open, at]);
      open = undefined;
    }
  }
}

export function union<T extends Ordered>(a: IntervalSet<T>, b: IntervalSet<T>): IntervalSet<T> {
  return combine(a, b, (inA, inB) => inA || inB);
}

export function intersection<T extends Ordered>(a: IntervalSet<T>, b: IntervalSet<T>): IntervalSet<T> {
  return combine(a, b, (inA, inB) => inA && inB);
}

export function difference<T extends Ordered>(a: IntervalSet<T>, b: IntervalSet<T>): IntervalSet<T> {
  return combine(a, b, (inA, inB) => inA && !inB);
}

export function isSubset<T extends Ordered>(a: IntervalSet<T>, b: IntervalSet<T>): boolean {
  return difference(a, b).length === 0;
}

export function isEqual<T extends Ordered>(a: IntervalSet<T>, b: IntervalSet<T>): boolean {
  return a.length === b.length && a.every(([from, to], i) => from === b[i]?.[0] && to === b[i]?.[1]);
}

/** Membership by binary search. */
export function contains<T extends Ordered>(set: IntervalSet<T>, value: T): boolean {
  let low = 0;
  let high = set.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const interval = set[middle];
    if (interval === undefined) return false;
    if (value < interval[0]) high = middle;
    else if (value >= interval[1]) low = middle + 1;
    else return true;
  }
  return false;
}
