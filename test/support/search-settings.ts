import type { RunDetails } from "fast-check";

/** `SELVEDGE_RUNS` is the number of clusters of the main oracle; every other search grows in proportion. */
const MAIN_RUNS = 2_000;
const NIGHTLY_RUNS = 10_000;

const wantedRuns = (): number => {
  const asked = Number(process.env["SELVEDGE_RUNS"]);
  if (asked > 0) return asked;
  return process.env["SELVEDGE_PROFILE"] === "nightly" ? NIGHTLY_RUNS : MAIN_RUNS;
};

/** How much longer, or shorter, than usual every search looks. */
export const scale = wantedRuns() / MAIN_RUNS;

/** The case of the seed that is asked for, where a search is to repeat one. */
export const askedPath = process.env["SELVEDGE_PATH"];

/** Milliseconds that a search may take: a guard against hanging, not a bar. */
export const SEARCH_TIMEOUT = 120_000 * Math.max(1, scale);

/** A search that was asked for by seed repeats itself; else every run looks elsewhere. */
export function seedOf(): number {
  const asked = process.env["SELVEDGE_SEED"];
  return asked === undefined ? Math.trunc(Math.random() * 0x7fffffff) : Number(asked);
}

/** What to throw where a search found something wrong: the smallest case, in its own words, and how to repeat it. */
export function foundWrong<T>(what: string, result: RunDetails<T>): Error {
  const { seed, counterexamplePath, errorInstance: cause, numRuns, numShrinks } = result;
  const repeat = `SELVEDGE_SEED=${seed} SELVEDGE_PATH=${counterexamplePath ?? ""}`;
  const message = cause instanceof Error ? cause.message : String(cause);
  const heading = `${what}: wrong after ${numRuns} cases, shrunk ${numShrinks} times`;
  return new Error(`${heading}\nrepeat with ${repeat}\n\n${message}`, { cause });
}
