import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { barLines } from "../../bench/datapath/bars.ts";
import { withSection } from "../../bench/datapath/document.ts";
import type { Sample } from "../../bench/datapath/measure.ts";
import { cellText, markdownTable, plainTable, tableOf } from "../../bench/datapath/report.ts";
import { spreadOf } from "../../bench/datapath/statistics.ts";
import { rowsOf } from "../../bench/datapath/summary.ts";

const sample = (
  contestant: string,
  round: number,
  nanoseconds: number,
  more: Partial<Sample> = {},
): Sample => ({
  variant: "nft",
  family: "IPv4",
  size: { pods: 10, policies: 10 },
  kind: "new",
  contestant,
  round,
  sent: 128,
  arrived: 128,
  nanoseconds,
  ...more,
});

describe("the spread of some numbers", () => {
  it("has eight of ten between its ends, and ends that were measured", () => {
    const numbers = fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(numbers, (all) => {
        const { low, median, high } = spreadOf(all);
        expect(all).toEqual(expect.arrayContaining([low, median, high]));
        expect(low <= median && median <= high).toBe(true);
        const outside = all.filter((each) => each < low || each > high);
        expect(outside.length).toBeLessThanOrEqual(Math.ceil(all.length * 0.2));
      }),
    );
  });
});

describe("a table of the bench", () => {
  it("holds every round against the bare node of the same round, not against the mean of all", () => {
    // The machine is twice as slow in the second round: the ratio does not move.
    const rows = rowsOf([
      sample("no policy", 1, 4000),
      sample("Selvedge, iptables", 1, 5000),
      sample("no policy", 2, 8000),
      sample("Selvedge, iptables", 2, 10_000),
    ]);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.cells[1]?.ratio).toEqual({ median: 1.25, low: 1.25, high: 1.25 });
  });

  it("says what was lost, beside the time", () => {
    const [row] = rowsOf([
      sample("no policy", 1, 4000),
      sample("Selvedge, iptables", 1, 5000, { arrived: 100 }),
    ]);
    expect(row?.cells.map(cellText)).toEqual([
      "4.00 µs (4.00 µs-4.00 µs)",
      "5.00 µs, 1.25 × (1.25-1.25), 28 lost",
    ]);
  });

  it("has a place for everybody in every row, for who was not there too", () => {
    const rows = rowsOf([
      sample("no policy", 1, 4000),
      sample("other", 1, 9000),
      sample("no policy", 1, 4000, { family: "IPv6" }),
    ]);
    const table = tableOf(rows);
    expect(table.map((row) => row.length)).toEqual([5, 5, 5]);
    expect(table[2]?.at(-1)).toBe("-");
    expect(markdownTable(table).split("\n")).toHaveLength(4);
    expect(plainTable(table).split("\n")).toHaveLength(3);
  });

  it("tells pass from short at the bars, and growth beyond the noise from none", () => {
    const large = { size: { pods: 250, policies: 1000 } };
    const established = { ...large, kind: "established" } as const;
    const lines = barLines(
      rowsOf([
        sample("no policy", 1, 1000),
        sample("Selvedge, iptables", 1, 1100),
        sample("no policy", 1, 1000, large),
        sample("Selvedge, iptables", 1, 1300, large),
        sample("no policy", 1, 1000, established),
        sample("Selvedge, iptables", 1, 1030, established),
      ]),
    );
    expect(lines.map((line) => line.replace(/.*: /, ""))).toEqual(["short", "pass", "short"]);
  });

  it.each([
    { small: [1020, 1040], large: [1050, 1060], word: "short" },
    { small: [1020, 1050], large: [1040, 1060], word: "pass" },
    { small: [1040, 1060], large: [1020, 1050], word: "pass" },
    { small: [1030, 1040], large: [1010, 1020], word: "pass" },
  ])(
    "takes what costs less at the largest size for no growth: $small -> $large",
    ({ small, large, word }) => {
      const size = { pods: 250, policies: 1000 };
      const rounds = (times: readonly number[], more: Partial<Sample>): Sample[] =>
        times.flatMap((nanoseconds, round) => [
          sample("no policy", round, 1000, more),
          sample("Selvedge, iptables", round, nanoseconds, more),
        ]);
      const lines = barLines(rowsOf([...rounds(small, {}), ...rounds(large, { size })]));
      expect(lines.filter((line) => line.includes("growth")).map((line) => line.replace(/.*: /, ""))).toEqual(
        [word],
      );
    },
  );
});

describe("a command's section of a document", () => {
  const document = "# Title\n\n<!-- x: written by make -->\n\nold\n\n<!-- end of x -->\n\nby hand\n";

  it("is replaced, and nothing else is", () => {
    const written = withSection(document, "x", "new");
    expect(written).toBe(document.replace("old", "new"));
    expect(withSection(written, "x", "new")).toBe(written);
  });

  it("is not put where there is no place for it", () => {
    expect(() => withSection(document, "y", "new")).toThrow("no place for y");
  });
});
