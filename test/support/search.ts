import * as fc from "fast-check";
import { SEARCH_TIMEOUT, askedPath, foundWrong, scale, seedOf } from "./search-settings.ts";

export { SEARCH_TIMEOUT };

/**
 * Tries `inTest` cases (more in the nightly profile) and prints how many, what they came to, and the seed. `examine`
 * throws where a case is wrong, and returns how many verdicts it compared. The error shows the smallest case found,
 * in `examine`'s words, and how to repeat it.
 */
export function search<T>(
  what: string,
  { cases, inTest }: { readonly cases: fc.Arbitrary<T>; readonly inTest: number },
  examine: (value: T) => number,
): void {
  const seed = seedOf();
  const numRuns = Math.ceil(inTest * scale);
  let verdicts = 0;
  const property = fc.property(cases, (value) => {
    verdicts += examine(value);
  });
  const result = fc.check(property, {
    seed,
    numRuns,
    ...(askedPath === undefined ? {} : { path: askedPath }),
  });
  if (!result.failed) {
    process.stdout.write(`search: ${what}: ${result.numRuns} cases, ${verdicts} verdicts, seed ${seed}\n`);
    return;
  }
  throw foundWrong(what, result);
}
