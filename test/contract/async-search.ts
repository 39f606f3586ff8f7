import * as fc from "fast-check";
import { askedPath, foundWrong, scale, seedOf } from "../support/search-settings.ts";

/** As `search`, for what takes its time: one case after the other, few of them, and none shrunk for long. */
export async function asyncSearch<T>(
  what: string,
  { cases, inTest }: { readonly cases: fc.Arbitrary<T>; readonly inTest: number },
  examine: (value: T) => Promise<void>,
): Promise<void> {
  const seed = seedOf();
  const numRuns = Math.ceil(inTest * scale);
  const property = fc.asyncProperty(cases, examine);
  const path = askedPath === undefined ? {} : { path: askedPath };
  const result = await fc.check(property, { seed, numRuns, ...path, interruptAfterTimeLimit: 300_000 });
  if (result.failed) throw foundWrong(what, result);
  process.stdout.write(`search: ${what}: ${result.numRuns} cases, seed ${seed}\n`);
}
