import { type Paint, plain } from "../finding/paint.ts";
import { wrap } from "../finding/wrap.ts";
import { countsText } from "./count-changes.ts";
import { type DiffLine, type DiffSection, type DiffSymbol, diffSections } from "./diff-lines.ts";
import { type DiffReport, causeText } from "./diff-report.ts";

/** No line is longer. */
const WIDTH = 100;

const COLORS: Readonly<Record<DiffSymbol, keyof Paint>> = { "+": "good", "-": "error", "~": "warning" };

function lineText({ symbol, text }: DiffLine, paint: Paint): string[] {
  const lines = wrap(`${symbol} ${text}`, WIDTH - 2, "    ");
  return lines.map((each) => `  ${paint[COLORS[symbol]](each)}`);
}

function sectionText({ causes, lines }: DiffSection, paint: Paint): string {
  const heads = causes.flatMap((cause, i) =>
    wrap(`${causeText(cause)}${i < causes.length - 1 ? ", and" : ""}`, WIDTH, "  "),
  );
  return [...heads.map(paint.strong), ...lines.flatMap((line) => lineText(line, paint))].join("\n");
}

/** For people: by cause what opens (`+`), closes (`-`), widens or narrows (`~`), and how much of each at the end. */
export function diffText(report: DiffReport, paint: Paint = plain): string {
  const sections = diffSections(report).map((section) => sectionText(section, paint));
  return `${[...sections, countsText(report.diff)].join("\n\n")}\n`;
}
