import { colors } from "../colors.ts";
import { columns } from "../../analysis/columns.ts";
import type { Outcome } from "../agent/protocol.ts";
import { type Measured, isOpen } from "./measure.ts";

const SIGNS = { all: "#", some: "+", none: "." } as const;

const unique = (names: readonly string[]): string[] => [...new Set(names)];

function sign(measured: readonly Measured[]): string {
  if (measured.length === 0) return " ";
  const open = measured.filter(isOpen).length;
  if (open === 0) return SIGNS.none;
  return open === measured.length ? SIGNS.all : SIGNS.some;
}

/** One row a source, one column a destination; a cell stands for every pod, port and family of the two. */
export function grid(measured: readonly Measured[]): string {
  const sources = unique(measured.map(({ cell }) => cell.from.group));
  const targets = unique(measured.map(({ cell }) => cell.to.group));
  const byPair = Map.groupBy(measured, ({ cell }) => `${cell.from.group} ${cell.to.group}`);
  const header = ["", "", ...targets.map((_, i) => `${i + 1}`)];
  const numbers = new Map(targets.map((name, i) => [name, `${i + 1}`]));
  const rows = unique([...targets, ...sources]).map((name) => [
    numbers.get(name) ?? "",
    name,
    ...targets.map((target) => sign(byPair.get(`${name} ${target}`) ?? [])),
  ]);
  const legend = `${SIGNS.all} all that was tried gets through   ${SIGNS.some} some   ${SIGNS.none} nothing`;
  return `${columns([header, ...rows])}\n\n${legend}`;
}

function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case "answered":
      return `answered by ${outcome.by}`;
    case "error":
      return `error: ${outcome.message}`;
    case "refused":
    case "timeout":
      return outcome.kind;
  }
}

const SHOWN = 20;

/** The measurements that contradict the program, in words. */
export function disagreements(measured: readonly Measured[]): string[] {
  const wrong = measured.filter(({ agrees }) => !agrees);
  const lines = wrong.slice(0, SHOWN).map(({ cell: { from, to }, outcome }) => {
    const where = `${to.address} ${to.protocol}/${to.port}`;
    return colors.red(`  ${from.name} -> ${to.name} (${to.via} ${where}): ${outcomeText(outcome)}`);
  });
  return wrong.length > SHOWN ? [...lines, `  ... and ${wrong.length - SHOWN} more`] : lines;
}

/** `1,234 of 1,234 measured cells are as the program says (812 open, 422 closed)`. */
export function summary(measured: readonly Measured[]): string {
  const count = (of: readonly unknown[]): string => of.length.toLocaleString("en");
  const right = measured.filter(({ agrees }) => agrees);
  const open = measured.filter(isOpen);
  const closed = measured.filter((each) => !isOpen(each));
  const text = `${count(right)} of ${count(measured)} measured cells are as the program says (${count(open)} open, ${count(closed)} closed)`;
  return right.length === measured.length ? colors.green(text) : colors.red(text);
}
