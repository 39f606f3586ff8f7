import * as fc from "fast-check";
import { SEARCH_TIMEOUT, askedPath, foundWrong, scale, seedOf } from "../../support/search-settings.ts";
import type { Tally } from "./compare.ts";

/** False where somebody asked for less than what is always tried: then how much was compared says nothing. */
export const isWholeSearch = scale >= 1 && askedPath === undefined;

/** Milliseconds after which a smaller case is no longer looked for. */
const SHRINK_WITHIN = SEARCH_TIMEOUT / 2;

/** The sibling of `search` in test/support for cases that are examined in a kernel, which takes its time. */
export async function searchKernel<T>(
  what: string,
  { cases, inTest }: { readonly cases: fc.Arbitrary<T>; readonly inTest: number },
  examine: (value: T) => Promise<Tally>,
): Promise<Tally> {
  const seed = seedOf();
  const numRuns = Math.ceil(inTest * scale);
  let sum: Tally = { allowed: 0, denied: 0 };
  const property = fc.asyncProperty(cases, async (value) => {
    const { allowed, denied } = await examine(value);
    sum = { allowed: sum.allowed + allowed, denied: sum.denied + denied };
  });
  const result = await fc.check(property, {
    seed,
    numRuns,
    interruptAfterTimeLimit: SHRINK_WITHIN,
    ...(askedPath === undefined ? {} : { path: askedPath }),
  });
  if (!result.failed) {
    const verdicts = `${sum.allowed + sum.denied} verdicts (${sum.allowed} allowed, ${sum.denied} denied)`;
    process.stdout.write(`search: ${what}: ${result.numRuns} cases, ${verdicts}, seed ${seed}\n`);
    return sum;
  }
  throw foundWrong(what, result);
}
