import * as fc from "fast-check";
import type { Tally } from "./compare.ts";

/** As in test/support/search.ts: the number of clusters of the main oracle, to which every other search is in proportion. */
const MAIN_RUNS = 2_000;
const NIGHTLY_RUNS = 10_000;

const wantedRuns = (): number => {
  const asked = Number(process.env["SELVEDGE_RUNS"]);
  if (asked > 0) return asked;
  return process.env["SELVEDGE_PROFILE"] === "nightly" ? NIGHTLY_RUNS : MAIN_RUNS;
};

const scale = wantedRuns() / MAIN_RUNS;

/** False where somebody asked for less than what is always tried: then how much was compared says nothing. */
export const isWholeSearch = scale >= 1 && process.env["SELVEDGE_PATH"] === undefined;

/** Milliseconds: a guard against hanging, not a bar. */
export const SEARCH_TIMEOUT = 120_000 * Math.max(1, scale);

/** Milliseconds after which a smaller case is no longer looked for. */
const SHRINK_WITHIN = SEARCH_TIMEOUT / 2;

/** The sibling of `search` in test/support for cases that are examined in a kernel, which takes its time. */
export async function searchKernel<T>(
  what: string,
  { cases, inTest }: { readonly cases: fc.Arbitrary<T>; readonly inTest: number },
  examine: (value: T) => Promise<Tally>,
): Promise<Tally> {
  const asked = process.env["SELVEDGE_SEED"];
  const path = process.env["SELVEDGE_PATH"];
  const seed = asked === undefined ? Math.trunc(Math.random() * 0x7fffffff) : Number(asked);
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
    ...(path === undefined ? {} : { path }),
  });
  if (!result.failed) {
    const verdicts = `${sum.allowed + sum.denied} verdicts (${sum.allowed} allowed, ${sum.denied} denied)`;
    process.stdout.write(`search: ${what}: ${result.numRuns} cases, ${verdicts}, seed ${seed}\n`);
    return sum;
  }
  const repeat = `SELVEDGE_SEED=${result.seed} SELVEDGE_PATH=${result.counterexamplePath ?? ""}`;
  const cause = result.errorInstance;
  const message = cause instanceof Error ? cause.message : String(cause);
  throw new Error(
    `${what}: wrong after ${result.numRuns} cases, shrunk ${result.numShrinks} times\nrepeat with ${repeat}\n\n${message}`,
    { cause },
  );
}
