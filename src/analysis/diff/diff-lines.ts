import type { Party } from "../party.ts";
import { trafficText } from "../traffic-text.ts";
import { formatTraffic } from "../connectivity-map.ts";
import { type Cause, type DiffReport, causesOf } from "./diff-report.ts";
import { endsText } from "./diff-ends.ts";
import { editId } from "./edit.ts";
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

/** A diff in the order in which people read it: by cause, and then the ends that only one side has. */
export function diffSections(report: DiffReport): DiffSection[] {
  const { diff, causes } = report;
  const byCause = Map.groupBy(diff.changes, ({ edits }) => edits.map(editId).join());
  const changed = [...byCause.values()].map((changes): DiffSection => ({
    causes: causesOf(changes[0]?.edits ?? [], report),
    lines: changes.map((change) => ({ symbol: SYMBOLS[change.kind], text: changeText(change) })),
  }));
  const ends = (parties: readonly Party[], symbol: DiffSymbol, change: Cause["change"]): DiffSection[] =>
    parties.map(({ name }) => {
      const cause = causes.get(editId({ kind: "end", key: name, change }));
      const gone = { added: "is new", removed: "is gone", changed: "" }[change];
      return { causes: cause === undefined ? [] : [cause], lines: [{ symbol, text: `${name} ${gone}` }] };
    });
  return [...changed, ...ends(diff.added, "+", "added"), ...ends(diff.removed, "-", "removed")];
}
