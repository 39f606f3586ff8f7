import type { KernelCount, KernelLine, KernelWalk } from "./kernel-walk.ts";

/** Tells what each line has counted, where the kernel that was read has it; `false` where it has none of them. */
export function withCounters(
  walks: readonly KernelWalk[],
  countOf: (walk: KernelWalk, line: KernelLine) => KernelCount | undefined,
): { readonly walks: readonly KernelWalk[]; readonly isHere: boolean } {
  const counted = walks.map((walk) => ({
    ...walk,
    lines: walk.lines.map((line): KernelLine => {
      const count = countOf(walk, line);
      return count === undefined ? line : { ...line, counted: count };
    }),
  }));
  return {
    walks: counted,
    isHere: counted.some(({ lines }) => lines.some(({ does, counted: count }) => does !== "leads" && count)),
  };
}
