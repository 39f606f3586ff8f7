/** One search of a test run, as it tells of itself on standard output. */
export interface Search {
  readonly name: string;
  /** Random cases; absent where the cases are named ones. */
  readonly cases: number | undefined;
  readonly verdicts: number;
}

const SEARCH = /^(?:search: )?(?<name>.+): (?:(?<cases>\d+) cases, )?(?<verdicts>\d+) verdicts/;

/** Finds the lines in which searches tell what they came to (test/support/search.ts). */
export function searchesIn(output: string): Search[] {
  return output.split("\n").flatMap((line) => {
    const { name, cases, verdicts } = SEARCH.exec(line)?.groups ?? {};
    if (name === undefined || verdicts === undefined) return [];
    return [{ name, cases: cases === undefined ? undefined : Number(cases), verdicts: Number(verdicts) }];
  });
}
