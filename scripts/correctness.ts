// `make correctness`: runs every oracle and writes docs/correctness.md from what they told.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { type TestFile, correctnessReport } from "./correctness/report.ts";
import { searchesIn } from "./correctness/searches.ts";

const TESTS = ["test/core", "test/render", "test/property", "test/kernel/oracle", "test/kube/validation"];
const MUTATION = "docs/mutation.md";

interface VitestReport {
  readonly success: boolean;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Runs the tests, showing what they say, and returns it. */
async function run(reportFile: string): Promise<string> {
  const args = [
    "vitest",
    "run",
    ...TESTS,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${reportFile}`,
  ];
  const child = spawn("npx", args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  let output = "";
  for await (const chunk of child.stdout.setEncoding("utf8")) {
    output += String(chunk);
    process.stdout.write(String(chunk));
  }
  return output;
}

const dir = await mkdtemp(join(tmpdir(), "selvedge-correctness-"));
const reportFile = join(dir, "report.json");
const output = await run(reportFile);
const report = JSON.parse(await readFile(reportFile, "utf8")) as VitestReport;
await rm(dir, { recursive: true });
if (!report.success)
  throw new Error("a test failed: there is nothing to be proud of, and nothing was written");
if (report.numPendingTests > 0)
  throw new Error("tests were skipped (they need root): the numbers would be half");

const files = report.testResults.map(({ name, assertionResults }): TestFile => ({
  file: relative(process.cwd(), name),
  tests: assertionResults.map(({ fullName }) => fullName),
}));
const recording = JSON.parse(await readFile("test/kube/validation/recording.json", "utf8")) as {
  readonly kubernetes: string;
  readonly cases: readonly unknown[];
};
const mutation = existsSync(MUTATION) ? await readFile(MUTATION, "utf8") : "";
await writeFile(
  "docs/correctness.md",
  correctnessReport({
    searches: searchesIn(output),
    files: files.toSorted((a, b) => (a.file < b.file ? -1 : 1)),
    validation: { kubernetes: recording.kubernetes, policies: recording.cases.length },
    mutationScore: /\d+(?:\.\d+)? ?%/.exec(mutation)?.[0],
  }),
);
console.log("wrote docs/correctness.md");
