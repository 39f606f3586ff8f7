import { expect, test } from "vitest";
import { mutationReport, totalScore } from "../../scripts/mutation/report.ts";
import { type FileResult, type Files, mutantKey, survivorsOf } from "../../scripts/mutation/survivors.ts";

const source = "const a = 1;\nif (a >\n  0) return;\n";
const mutant = (
  status: FileResult["mutants"][number]["status"],
  start: [line: number, column: number],
  end: [line: number, column: number],
): FileResult["mutants"][number] => ({
  mutatorName: "Some",
  replacement: "x",
  status,
  location: {
    start: { line: start[0], column: start[1] },
    end: { line: end[0], column: end[1] },
  },
});
const files: Files = {
  "src/core/b.ts": {
    source,
    mutants: [mutant("Survived", [2, 5], [3, 4]), mutant("Killed", [1, 1], [1, 2])],
  },
  "src/core/a.ts": {
    source,
    mutants: [
      mutant("NoCoverage", [1, 11], [1, 12]),
      mutant("Timeout", [1, 11], [1, 12]),
      mutant("RuntimeError", [1, 11], [1, 12]),
    ],
  },
};
const survivors = survivorsOf(files);

test("survivors are those that no test noticed, named by what stood there, also over several lines", () => {
  expect(survivors).toEqual([
    { file: "src/core/a.ts", line: "const a = 1;", from: "1", to: "x", lineNumber: 1 },
    { file: "src/core/b.ts", line: "if (a >", from: "a > 0", to: "x", lineNumber: 2 },
  ]);
});

test("a survivor is the same one when lines above it come and go", () => {
  const moved = survivorsOf({
    "src/core/a.ts": { source: `\n${source}`, mutants: [mutant("Survived", [2, 11], [2, 12])] },
  });
  expect(moved.map(mutantKey)).toEqual(survivors.slice(0, 1).map(mutantKey));
});

test("what does not load does not count, and what never ends is noticed", () => {
  expect(totalScore(files)).toBe(50);
});

test("the report begins with the total, and gives each survivor its reason", () => {
  const reasons = survivors.map((each) => ({ reason: `because of ${each.file}`, mutants: [each] }));
  const report = mutationReport(files, survivors, reasons);
  expect(/\d+(?:\.\d+)? ?%/.exec(report)?.[0]).toBe("50.0 %");
  expect(report).toContain("**because of src/core/b.ts**\n\n- src/core/b.ts:2: `a > 0` becomes `x`");
});
