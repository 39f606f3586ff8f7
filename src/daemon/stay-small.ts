import { getHeapStatistics, setFlagsFromString } from "node:v8";
import type { EnforcerObserver } from "./enforcer-observer.ts";

/**
 * Of V8: on a quiet node nothing is worth optimizing, and the optimizing compilers are 10 MB that would be touched for it. Where a
 * function is called so often the node is busy, and it is optimized as ever. The first flag keeps the heap small, and the young
 * generation above all.
 */
const SMALL = [
  "--optimize-for-size",
  "--invocation-count-for-maglev=200000",
  "--invocation-count-for-maglev-osr=200000",
  "--invocation-count-for-osr=200000",
  "--invocation-count-for-turbofan=1000000",
];

/** The same as V8 has them by itself. */
export const USUAL = [
  "--no-optimize-for-size",
  "--invocation-count-for-maglev=400",
  "--invocation-count-for-maglev-osr=100",
  "--invocation-count-for-osr=500",
  "--invocation-count-for-turbofan=3000",
] as const;

/** Bytes in use above which a heap is not small any more: twice what a quiet node has, and thousands of policies have more. */
const LARGE_HEAP = 64 * 2 ** 20;

/** What is asked of V8. */
export interface Heap {
  /** Bytes. */
  readonly used: () => number;
  readonly set: (flag: string) => void;
}

const own: Heap = { used: () => getHeapStatistics().used_heap_size, set: setFlagsFromString };

/** Has this process keep little memory, for a program that mostly waits. */
export function staySmall(): void {
  for (const flag of SMALL) setFlagsFromString(flag);
}

/**
 * Ends that where so much is to be remembered that there is nothing small to keep: a heap that is kept tight would be collected
 * over and over (a third of the time, with 5,000 policies on a node), while changes wait.
 */
export function growWithHeap(heap: Heap = own): EnforcerObserver {
  let isSmall = true;
  const look = (): void => {
    if (!isSmall || heap.used() < LARGE_HEAP) return;
    isSmall = false;
    for (const flag of USUAL) heap.set(flag);
  };
  return { passing: look, passed: look };
}
