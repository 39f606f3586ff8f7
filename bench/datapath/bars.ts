import { selvedge } from "./contestants.ts";
import type { Kind } from "./rig.ts";
import { overlap } from "./statistics.ts";
import { type Cell, type Row, sizeText } from "./summary.ts";

/** What Selvedge wants to reach, against no policy at all, at the largest size. */
const BARS: Readonly<Record<Kind, number>> = { established: 1.03, new: 1.25 };
const BAR_SIZE = { pods: 250, policies: 1000 } as const;
const SMALLEST = { pods: 10, policies: 10 } as const;

const ours = ({ cells }: Row): Cell | undefined =>
  cells.find(({ contestant }) => contestant === selvedge.name);

const isSize = ({ size }: Row, wanted: Row["size"]): boolean => sizeText(size) === sizeText(wanted);

const verdict = (passes: boolean): string => (passes ? "pass" : "short");

function barLine(row: Row, cell: Cell): string {
  const bar = BARS[row.kind];
  const { median } = cell.ratio;
  return `${row.kind}, ${sizeText(row.size)}, ${row.variant}, ${row.family}: ${median.toFixed(3)} × no policy, bar ${bar} ×: ${verdict(median <= bar)}`;
}

/** Growth is flat where eight of ten rounds at both ends of the sizes have a ratio in common. */
function growthLine(small: Row, large: Row): string | undefined {
  const [from, to] = [ours(small), ours(large)];
  if (from === undefined || to === undefined) return undefined;
  const words = `${from.ratio.median.toFixed(2)} × -> ${to.ratio.median.toFixed(2)} × no policy`;
  return `${small.kind}, growth from ${sizeText(small.size)} to ${sizeText(large.size)}, ${small.variant}, ${small.family}: ${words}, bar flat: ${verdict(overlap(from.ratio, to.ratio))}`;
}

/** Says of each bar whether it is reached, for those sizes that were measured. Text: a clock asserts nothing. */
export function barLines(rows: readonly Row[]): string[] {
  const large = rows.filter((row) => isSize(row, BAR_SIZE));
  const reached = large.flatMap((row) => {
    const cell = ours(row);
    return cell === undefined ? [] : [barLine(row, cell)];
  });
  const growth = large.flatMap((row) => {
    const small = rows.find(
      (each) =>
        isSize(each, SMALLEST) &&
        each.kind === row.kind &&
        each.variant === row.variant &&
        each.family === row.family,
    );
    return small === undefined ? [] : (growthLine(small, row) ?? []);
  });
  return [...reached, ...growth];
}
