import * as fc from "fast-check";

/** `SELVEDGE_RUNS` is the number of clusters of the main oracle; every other search grows in proportion. */
const MAIN_RUNS = 2_000;
const NIGHTLY_RUNS = 10_000;

const wantedRuns = (): number => {
  const asked = Number(process.env["SELVEDGE_RUNS"]);
  if (asked > 0) return asked;
  return process.env["SELVEDGE_PROFILE"] === "nightly" ? NIGHTLY_RUNS : MAIN_RUNS;
};

const scale = wantedRuns() / MAIN_RUNS;

/** Milliseconds that a search may take: a guard against hanging, not a bar. */
export const SEARCH_TIMEOUT = 120_000 * Math.max(1, scale);

/** A search that was asked for by seed repeats itself; else every run looks elsewhere. */
function seedOf(): number {
  const asked = process.env["SELVEDGE_SEED"];
  return asked === undefined ? Math.trunc(Math.random() * 0x7fffffff) : Number(asked);
}

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
  const path = process.env["SELVEDGE_PATH"];
  const numRuns = Math.ceil(inTest * scale);
  let verdicts = 0;
  const property = fc.property(cases, (value) => {
    verdicts += examine(value);
  });
  const result = fc.check(property, { seed, numRuns, ...(path === undefined ? {} : { path }) });
  if (!result.failed) {
    process.stdout.write(`search: ${what}: ${result.numRuns} cases, ${verdicts} verdicts, seed ${seed}\n`);
    return;
  }
  const repeat = `SELVEDGE_SEED=${result.seed} SELVEDGE_PATH=${result.counterexamplePath ?? ""}`;
  const cause = result.errorInstance;
  const message = cause instanceof Error ? cause.message : String(cause);
  throw new Error(
    `${what}: wrong after ${result.numRuns} cases, shrunk ${result.numShrinks} times\nrepeat with ${repeat}\n\n${message}`,
    { cause },
  );
}
