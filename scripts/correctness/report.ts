import { byOracle } from "./oracles.ts";
import type { Search } from "./searches.ts";

/** A test file's tests, by their full names. */
export interface TestFile {
  readonly file: string;
  readonly tests: readonly string[];
}

export interface Facts {
  readonly searches: readonly Search[];
  readonly files: readonly TestFile[];
  /** How the API server's own code was recorded. */
  readonly validation: { readonly kubernetes: string; readonly policies: number };
  /** In percent, where `make mutation` has been run. */
  readonly mutationScore: string | undefined;
}

const count = (number: number): string => number.toLocaleString("en");

function oracleSection(searches: readonly Search[]): string {
  return byOracle(searches)
    .map(({ oracle, searches: its }) => {
      const total = its.reduce((sum, { verdicts }) => sum + verdicts, 0);
      const rows = its
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .map(
          ({ name, cases, verdicts }) =>
            `| ${name} | ${cases === undefined ? "named" : count(cases)} | ${count(verdicts)} |`,
        );
      return [
        `### ${oracle.title}`,
        "",
        `${oracle.what} ${count(total)} verdicts.`,
        "",
        "| search | cases | verdicts |",
        "|---|---|---|",
        ...rows,
      ].join("\n");
    })
    .join("\n\n");
}

function testSection(title: string, words: string, { file, tests }: TestFile): string {
  return [`### ${title}`, "", `${words} \`${file}\`:`, "", ...tests.map((test) => `- ${test}`)].join("\n");
}

/** Which files' tests are listed by name: each row, each law, each bug of others. */
const LISTED: Readonly<Record<string, { readonly title: string; readonly words: string }>> = {
  "test/core/semantics.test.ts": {
    title: "Each row of what a policy means",
    words: "One test a row of docs/semantics.md; asked of `evaluate` and of the rendered rules.",
  },
  "test/core/bugs-of-others.test.ts": {
    title: "Bugs that other systems have had",
    words: "Each is a mutant that a named test kills.",
  },
  "test/property/metamorphic.test.ts": { title: "Each law", words: "By search, over random clusters." },
};

export function correctnessReport({ searches, files, validation, mutationScore }: Facts): string {
  const listed = files.flatMap((each) => {
    const section = LISTED[each.file];
    return section === undefined ? [] : [testSection(section.title, section.words, each)];
  });
  const tests = files.reduce((sum, { tests: its }) => sum + its.length, 0);
  return [
    "# Correctness, in numbers",
    "",
    "Written by `make correctness`, which runs what it counts. `SELVEDGE_RUNS=10000` looks longer; every search prints its seed,",
    "and what it finds wrong, shrunk, as manifests.",
    "",
    `- ${count(tests)} tests, all passed`,
    `- ${count(searches.reduce((sum, { verdicts }) => sum + verdicts, 0))} verdicts compared`,
    `- ${count(validation.policies)} NetworkPolicies judged as the API server's own code of Kubernetes ${validation.kubernetes} judged them: every path, reason and message`,
    `- mutation score of core and render: ${mutationScore ?? "not measured in this checkout (`make mutation`)"}`,
    "",
    "## Oracles",
    "",
    oracleSection(searches),
    "",
    "## Rows, laws and bugs, by the names of their tests",
    "",
    listed.join("\n\n"),
    "",
  ].join("\n");
}
