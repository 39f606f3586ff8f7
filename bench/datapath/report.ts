import { barLines } from "./bars.ts";
import { noPolicy, selvedge, selvedgeByNftables } from "./contestants.ts";
import { type Kind, kinds } from "./rig.ts";
import { RULES } from "./scenario.ts";
import { type Cell, type Row, sizeText } from "./summary.ts";

/** What the numbers hang on. */
export interface Circumstances {
  /** CPU, kernel, versions: a line each. */
  readonly machine: readonly string[];
  readonly date: string;
  readonly commit: string;
  readonly rounds: number;
  /** What the generator sends in a second with nothing between it and the receiver. */
  readonly generatorRate: number;
  /** Who stands for whom, and why. */
  readonly notes: readonly string[];
}

const microseconds = (nanoseconds: number): string => {
  const value = nanoseconds / 1000;
  return `${value.toFixed(value < 100 ? 2 : 0)} µs`;
};

const times = (ratio: number): string => ratio.toFixed(ratio < 10 ? 2 : 0);

/** `6.02 µs, 1.49 × (1.47-1.51)`; the node without policies has no ratio, but its own spread. */
export function cellText({ contestant, nanoseconds, ratio, lost }: Cell): string {
  const seen =
    contestant === noPolicy.name
      ? `${microseconds(nanoseconds.median)} (${microseconds(nanoseconds.low)}-${microseconds(nanoseconds.high)})`
      : `${microseconds(nanoseconds.median)}, ${times(ratio.median)} × (${times(ratio.low)}-${times(ratio.high)})`;
  return lost > 0 ? `${seen}, ${lost} lost` : seen;
}

const TITLES: Readonly<Record<Kind, string>> = {
  new: "A packet of a new flow",
  established: "A packet of an established flow",
};

/** The bare node first, then Selvedge: whoever's burst came first in the first round. */
function columnsOf(rows: readonly Row[]): string[] {
  const measured = new Set(rows.flatMap(({ cells }) => cells.map(({ contestant }) => contestant)));
  const first = [noPolicy.name, selvedge.name, selvedgeByNftables.name].filter((name) => measured.has(name));
  return [...new Set([...first, ...measured])];
}

/** Rows of words, the first of them the heads. */
export function tableOf(rows: readonly Row[]): string[][] {
  const columns = columnsOf(rows);
  return [
    ["pods × policies", "iptables", "family", ...columns],
    ...rows.map((row) => [
      sizeText(row.size),
      row.variant,
      row.family,
      ...columns.map((column) => {
        const cell = row.cells.find(({ contestant }) => contestant === column);
        return cell === undefined ? "-" : cellText(cell);
      }),
    ]),
  ];
}

/** Columns under each other, for a terminal. */
export function plainTable(table: readonly (readonly string[])[]): string {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  return table
    .map((row) =>
      row
        .map((word, column) => word.padEnd(widths[column] ?? 0))
        .join("   ")
        .trimEnd(),
    )
    .join("\n");
}

export function markdownTable([heads = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (words: readonly string[]): string => `| ${words.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

export function plainReport(rows: readonly Row[], { notes }: Circumstances): string {
  const tables = kinds.map((kind) => {
    const its = rows.filter((row) => row.kind === kind);
    return `${TITLES[kind]}: median of the rounds, against no policy at all (10 % and 90 %)\n\n${plainTable(tableOf(its))}`;
  });
  return [...tables, notes.join("\n"), barLines(rows).join("\n")].join("\n\n");
}

/** The part of docs/performance.md that the command writes. */
export function markdownReport(rows: readonly Row[], where: Circumstances): string {
  const rate = Math.round(where.generatorRate / 1000);
  return [
    `Measured on ${where.date} at commit \`${where.commit}\`, ${where.rounds} rounds; ${RULES} rules a policy. On:`,
    "",
    ...where.machine.map((line) => `- ${line}`),
    `- the packet generator alone, on one core: ${rate},000 packets a second`,
    "",
    "Each cell: the median of the rounds, and against no policy at all in the same round the median and, in brackets, 10 % and 90 % of the rounds.",
    "",
    ...where.notes.map((note) => `- ${note}`),
    ...kinds.flatMap((kind) => [
      "",
      `### ${TITLES[kind]}`,
      "",
      markdownTable(tableOf(rows.filter((row) => row.kind === kind))),
    ]),
    "",
    "### Against the bars",
    "",
    ...barLines(rows).map((line) => `- ${line}`),
  ].join("\n");
}
