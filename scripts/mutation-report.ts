// Second half of `make mutation`: writes docs/mutation.md from Stryker's report and the reasons that are kept by hand.
import { readFile, writeFile } from "node:fs/promises";
import { mutationReport, totalScore } from "./mutation/report.ts";
import { type Files, type Reason, mutantKey, survivorsOf } from "./mutation/survivors.ts";

const LEAST = 90;

const { files } = JSON.parse(await readFile("reports/mutation.json", "utf8")) as { readonly files: Files };
const reasons = JSON.parse(await readFile("test/mutation/survivors.json", "utf8")) as readonly Reason[];

const survivors = survivorsOf(files);
const explained = reasons.flatMap(({ mutants }) => mutants.map(mutantKey));
const living = new Set(survivors.map(mutantKey));
const unexplained = survivors.filter((each) => !explained.includes(mutantKey(each)));
const score = totalScore(files);

await writeFile("docs/mutation.md", mutationReport(files, survivors, reasons));
console.log(`docs/mutation.md: ${score.toFixed(1)} %, ${survivors.length} survivors`);
for (const key of explained.filter((each) => !living.has(each)))
  console.warn(`has a reason to live, and is dead: ${key}`);
for (const { lineNumber, ...mutant } of unexplained)
  console.error(`survived without a reason, line ${lineNumber}: ${JSON.stringify(mutant)}`);
if (unexplained.length > 0 || score < LEAST) process.exitCode = 1;
