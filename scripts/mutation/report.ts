import { type FileResult, type Files, type Reason, type Survivor, mutantKey } from "./survivors.ts";

/** Mutants by what became of them. Those that do not even load prove nothing and are left out, as Stryker does. */
interface Score {
  readonly killed: number;
  readonly timedOut: number;
  readonly survived: number;
}

function scoreOf(results: readonly FileResult[]): Score {
  const statuses = results.flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const count = (...wanted: string[]): number => statuses.filter((status) => wanted.includes(status)).length;
  return {
    killed: count("Killed"),
    timedOut: count("Timeout"),
    survived: count("Survived", "NoCoverage"),
  };
}

const percentOf = ({ killed, timedOut, survived }: Score): number =>
  (100 * (killed + timedOut)) / Math.max(killed + timedOut + survived, 1);

/** In percent: mutants that some test noticed, of all that load. */
export const totalScore = (files: Files): number => percentOf(scoreOf(Object.values(files)));

function row(name: string, score: Score): string {
  const { killed, timedOut, survived } = score;
  return `| ${name} | ${percentOf(score).toFixed(1)} % | ${killed + timedOut} | ${timedOut} | ${survived} |`;
}

const code = (text: string): string => {
  const short = text.length > 90 ? `${text.slice(0, 87)}...` : text;
  return short.includes("`") ? `\`\` ${short} \`\`` : `\`${short}\``;
};

function reasonSection(survivors: readonly Survivor[], { reason, mutants }: Reason): string[] {
  const keys = new Set(mutants.map(mutantKey));
  const its = survivors.filter((each) => keys.has(mutantKey(each)));
  if (its.length === 0) return [];
  const items = its.map(
    ({ file, lineNumber, from, to }) => `- ${file}:${lineNumber}: ${code(from)} becomes ${code(to)}`,
  );
  return [`**${reason}**`, "", ...items, ""];
}

/** docs/mutation.md. The first number in it is the total: docs/correctness.md quotes it. */
export function mutationReport(
  files: Files,
  survivors: readonly Survivor[],
  reasons: readonly Reason[],
): string {
  const results = Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const total = scoreOf(results.map(([, result]) => result));
  return [
    "# Mutation testing",
    "",
    `Score of \`core\` and \`render\`: **${percentOf(total).toFixed(1)} %**. Written by \`make mutation\`, which changes the code in`,
    `${total.killed + total.timedOut + total.survived} ways, one at a time, and counts the changes that some test notices`,
    "([Stryker](https://stryker-mutator.io), `stryker.config.mjs`).",
    "",
    "Only the pure tests are asked (`vitest.mutation.config.ts`), with short searches from a fixed seed,",
    "so that the score repeats; no kernel and no lab. A mutant that never ends counts as noticed.",
    "",
    "| file | score | noticed | of them by never ending | survived |",
    "|---|---|---|---|---|",
    ...results.map(([file, result]) => row(file, scoreOf([result]))),
    row("**all**", total),
    "",
    "## Survivors, and why they live",
    "",
    "Kept in `test/mutation/survivors.json`; a survivor without a reason fails `make mutation`.",
    "",
    ...reasons.flatMap((reason) => reasonSection(survivors, reason)),
  ].join("\n");
}
