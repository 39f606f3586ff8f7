import { describe, expect, it } from "vitest";
import { bugText } from "../../src/cli/bug-text.ts";
import { selvedge } from "./selvedge.ts";

/** As they stand in the help of the program itself, so that none is forgotten. */
const verbs = [...selvedge(["--help"]).stdout.matchAll(/^ {2}([a-z]+) /gm)]
  .map(([, verb = ""]) => verb)
  .filter((verb) => verb !== "help");

/** Lines that end though the first word of the next one has room; a terminal that tells no width has 80 columns. */
const ragged = (text: string): string[] => {
  const lines = text.split("\n");
  return lines.filter((line, i) => {
    const next = lines[i + 1] ?? "";
    const isContinued = line !== "" && /^(?: {20,})?\S/.test(next);
    return isContinued && `${line} ${next.trim().split(" ")[0]}`.length <= 80;
  });
};

const tooLong = (text: string): string[] => text.split("\n").filter((line) => line.length > 100);

describe("selvedge --help", () => {
  it("lists every verb with a summary, in 100 columns", () => {
    const { stdout } = selvedge(["--help"]);
    expect(verbs).toEqual(
      expect.arrayContaining(["can", "map", "diff", "lint", "test", "snapshot", "completion"]),
    );
    for (const verb of verbs) expect(stdout).toMatch(new RegExp(`^  ${verb}.* {2,}\\S`, "m"));
    expect(tooLong(stdout)).toEqual([]);
  });

  it.each(verbs)("of %s has a description and two examples, in 100 columns", (verb) => {
    const { status, stdout } = selvedge([verb, "--help"]);
    expect(status).toBe(0);
    const [usage = "", description = ""] = stdout.split("\n\n");
    expect(usage).toMatch(new RegExp(`^Usage: selvedge ${verb}`));
    expect(description).toMatch(/^[A-Z][^]{20,}/);
    expect(ragged(stdout.slice(0, stdout.search(/\n(?:Exit codes|Examples):/)))).toEqual([]);
    const examples = stdout.slice(stdout.indexOf("\nExamples:\n")).split("\n").slice(2);
    expect(examples.filter((line) => line.includes("selvedge")).length).toBeGreaterThanOrEqual(2);
    expect(tooLong(stdout)).toEqual([]);
  });
});

describe("a bug", () => {
  const error = new Error("nothing is as it should be\nby far");

  it("is said in one line, without a stack", () => {
    expect(bugText(error, {})).toBe(
      "selvedge: this is a bug in Selvedge: nothing is as it should be; please report it, with what SELVEDGE_DEBUG=1 shows\n",
    );
    expect(bugText("thrown as a text", {})).toContain("thrown as a text");
  });

  it("shows its stack to those who ask", () => {
    expect(bugText(error, { SELVEDGE_DEBUG: "1" })).toMatch(/\n\s+at .*help\.test\.ts/);
  });
});
