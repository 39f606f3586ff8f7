import { selvedge, selvedgeByNftables } from "./contestants.ts";
import type { Kind } from "./rig.ts";
import { isAbove } from "./statistics.ts";
import { type Cell, type Row, sizeText } from "./summary.ts";

/** What Selvedge wants to reach, against no policy at all, at the largest size. */
const BARS: Readonly<Record<Kind, number>> = { established: 1.03, new: 1.25 };
const BAR_SIZE = { pods: 250, policies: 1000 } as const;
const SMALLEST = { pods: 10, policies: 10 } as const;

/** Both of our layouts, as far as a row has them. */
const ours = ({ cells }: Row): Cell[] =>
  [selvedge, selvedgeByNftables].flatMap(
    ({ name }) => cells.find(({ contestant }) => contestant === name) ?? [],
  );

const isSize = ({ size }: Row, wanted: Row["size"]): boolean => sizeText(size) === sizeText(wanted);

const verdict = (passes: boolean): string => (passes ? "pass" : "short");

function barLine(row: Row, cell: Cell): string {
  const bar = BARS[row.kind];
  const { median } = cell.ratio;
  return `${cell.contestant}: ${row.kind}, ${sizeText(row.size)}, ${row.variant}, ${row.family}: ${median.toFixed(3)} × no policy, bar ${bar} ×: ${verdict(median <= bar)}`;
}

/** Flat is what does not grow: eight of ten rounds at both ends of the sizes have a ratio in common, or the ratio falls. */
function growthLines(small: Row, large: Row): string[] {
  return ours(small).flatMap((from) => {
    const to = ours(large).find(({ contestant }) => contestant === from.contestant);
    if (to === undefined) return [];
    const words = `${from.ratio.median.toFixed(2)} × -> ${to.ratio.median.toFixed(2)} × no policy`;
    return `${from.contestant}: ${small.kind}, growth from ${sizeText(small.size)} to ${sizeText(large.size)}, ${small.variant}, ${small.family}: ${words}, bar flat: ${verdict(!isAbove(to.ratio, from.ratio))}`;
  });
}

/** Says of each bar whether it is reached, for those sizes that were measured. Text: a clock asserts nothing. */
export function barLines(rows: readonly Row[]): string[] {
  const large = rows.filter((row) => isSize(row, BAR_SIZE));
  const reached = large.flatMap((row) => ours(row).map((cell) => barLine(row, cell)));
  const growth = large.flatMap((row) => {
    const small = rows.find(
      (each) =>
        isSize(each, SMALLEST) &&
        each.kind === row.kind &&
        each.variant === row.variant &&
        each.family === row.family,
    );
    return small === undefined ? [] : growthLines(small, row);
  });
  return [...reached, ...growth];
}
