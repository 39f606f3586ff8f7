import { setFlagsFromString } from "node:v8";

/**
 * Of V8: on a quiet node nothing is worth optimizing, and the optimizing compilers are 10 MB that would be touched for it. Where a
 * function is called so often the node is busy, and it is optimized as ever. The first flag keeps the young generation small, too.
 */
const FLAGS = [
  "--optimize-for-size",
  "--invocation-count-for-maglev=200000",
  "--invocation-count-for-maglev-osr=200000",
  "--invocation-count-for-osr=200000",
  "--invocation-count-for-turbofan=1000000",
];

/** Has this process keep little memory, for a program that mostly waits. */
export function staySmall(): void {
  for (const flag of FLAGS) setFlagsFromString(flag);
}
