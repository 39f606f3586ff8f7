import type { Party } from "../party.ts";
import { trafficText } from "../traffic-text.ts";
import { formatTraffic } from "../connectivity-map.ts";
import { type Cause, type DiffReport, causesOf } from "./diff-report.ts";
import { endsText } from "./diff-ends.ts";
import { type Edit, editId } from "./edit.ts";
import { type DiffChange } from "./grouped.ts";
import type { ChangeKind } from "./pair-changes.ts";

/** As `terraform plan` and `kubectl diff` have them. */
export type DiffSymbol = "+" | "-" | "~";

/** One line of a diff, before it is wrapped and coloured. */
export interface DiffLine {
  readonly symbol: DiffSymbol;
  readonly text: string;
}

/** What some edits cause, or that ends come or go. */
export interface DiffSection {
  readonly causes: readonly Cause[];
  readonly lines: readonly DiffLine[];
}

const SYMBOLS: Readonly<Record<ChangeKind, DiffSymbol>> = {
  opened: "+",
  closed: "-",
  widened: "~",
  narrowed: "~",
};

/** Only what is not a plain yes or no before and after needs to be said. */
function certainty({ before, after }: DiffChange): string {
  if (after === "depends") return before === "denied" ? " (it depends)" : " (now it depends)";
  return before === "depends" ? " (so far it depended)" : "";
}

/** `shop/front -> shop/api: widened by TCP 8080`. */
export function changeText(change: DiffChange): string {
  const { kind, family, traffic, from, to } = change;
  const verb = { opened: "opened for", closed: "closed for", widened: "widened by", narrowed: "narrowed by" }[
    kind
  ];
  const over = family === undefined ? "" : ` over ${family}`;
  return `${endsText(from)} -> ${endsText(to)}: ${verb} ${trafficText(formatTraffic(traffic))}${over}${certainty(change)}`;
}

/** A diff in the order in which people read it: by cause, ends that only one side has at the end. */
export function diffSections(report: DiffReport): DiffSection[] {
  const { changes, added, removed } = report.diff;
  const endEdit = ({ name }: Party, change: Edit["change"]): Edit => ({ kind: "end", key: name, change });
  const lines = [
    ...added.map((party) => ({
      edits: [endEdit(party, "added")],
      symbol: "+" as const,
      text: `${party.name} is new`,
    })),
    ...removed.map((party) => ({
      edits: [endEdit(party, "removed")],
      symbol: "-" as const,
      text: `${party.name} is gone`,
    })),
    ...changes.map((change) => ({
      edits: change.edits,
      symbol: SYMBOLS[change.kind],
      text: changeText(change),
    })),
  ];
  const byCause = [...Map.groupBy(lines, ({ edits }) => edits.map(editId).join())];
  return byCause
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, all]) => ({ causes: causesOf(all[0]?.edits ?? [], report), lines: all }))
    .sort((a, b) => Number(isOfEnds(a)) - Number(isOfEnds(b)));
}

const isOfEnds = ({ lines }: DiffSection): boolean =>
  lines.every(({ text }) => / is (?:new|gone)$/.test(text));
