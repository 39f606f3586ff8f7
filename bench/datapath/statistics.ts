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

/** Whether one spread is above another and has no number in common with it: what differs by less is noise. */
export const isAbove = (one: Spread, other: Spread): boolean => one.low > other.high;
