/** The middle of some numbers, and what eight of ten of them lie between. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Median, 10 % and 90 %: the nearest numbers that were measured, never one in between. */
export function spreadOf(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { median: at(0.5), low: at(0.1), high: at(0.9) };
}

/** Whether two spreads have a number in common: what differs by less is noise. */
export const overlap = (a: Spread, b: Spread): boolean => a.low <= b.high && b.low <= a.high;
