import { countText } from "./count-text.ts";
import type { Finding } from "./finding.ts";
import type { FindingReport, SourceTexts } from "./finding-report.ts";
import { type Paint, plain } from "./paint.ts";
import { valueWidth } from "./value-width.ts";
import { wrap } from "./wrap.ts";

/** No line is longer. */
const WIDTH = 100;

function headline({ code, severity, message }: Finding, paint: Paint): string[] {
  const tag = `${severity}[${code}]`;
  const [first = "", ...more] = wrap(`${tag}: ${message}`, WIDTH, "  ");
  return [paint[severity](tag) + paint.strong(first.slice(tag.length)), ...more.map(paint.strong)];
}

/** `web.yaml:14:15   NetworkPolicy shop/web  spec.egress[0]`, as many lines as it takes. */
function whereabouts({ file, line, column, object, field }: Finding, gutter: string, paint: Paint): string[] {
  const place = [file, line, column].filter((part) => part !== undefined).join(":");
  const who = field === undefined ? object : `${object}  ${field}`;
  const arrow = `${gutter}--> `;
  const all = place === "" ? who : `${place}   ${who}`;
  const lines =
    arrow.length + all.length <= WIDTH
      ? [all]
      : [place, object, field ?? ""]
          .filter((part) => part !== "")
          .flatMap((part) => wrap(part, WIDTH - arrow.length));
  return lines.map((text, i) => (i === 0 ? paint.faint(arrow) : " ".repeat(arrow.length)) + text);
}

/** The part of a long line that shows its column, and the column within it. */
function window(line: string, column: number, width: number): { shown: string; at: number } {
  const text = line.replaceAll("\t", " ");
  // A column past the end stands for the end.
  const last = Math.min(column, text.length + 1, width);
  if (text.length <= width) return { shown: text, at: last };
  const from = Math.max(0, Math.min(column - 1 - Math.floor(width / 3), text.length - width + 1));
  const head = from > 0 ? "…" : "";
  const body = text.slice(from + head.length, from + width - 1);
  const tail = from + width - 1 < text.length ? "…" : "";
  return { shown: `${head}${body}${tail}`, at: Math.min(column - from, width) };
}

/** The source line with carets under the value, and the label after them or below. */
function excerpt(
  { line, column, label, severity }: Finding,
  source: string,
  gutter: string,
  paint: Paint,
): string[] {
  if (line === undefined || column === undefined) return [];
  const room = WIDTH - gutter.length - 3;
  const { shown, at } = window(source, column, room);
  const width = Math.max(1, Math.min(valueWidth(source, column), shown.length - at + 1));
  const bar = paint.faint(`${gutter} |`);
  const carets = `${" ".repeat(at - 1)}${paint[severity]("^".repeat(width))}`;
  const says = label ?? "";
  const fits = at - 1 + width + 1 + says.length <= room;
  const below = fits ? [] : wrap(says, room - 4).map((text) => `${bar}     ${paint[severity](text)}`);
  const beside = fits && says !== "" ? ` ${paint[severity](says)}` : "";
  return [
    bar,
    `${paint.faint(`${String(line).padStart(gutter.length)} |`)} ${shown}`,
    `${bar} ${carets}${beside}`,
    ...below,
  ];
}

/** Where it is, its line with carets under the very value, and help: all but the headline. No line ends in a space. */
export function findingBody(finding: Finding, texts: SourceTexts, paint: Paint): string[] {
  const { file, line, help } = finding;
  const source = file === undefined || line === undefined ? undefined : texts(file)?.split(/\r?\n/)[line - 1];
  const gutter = " ".repeat(String(line ?? "").length || 1);
  const mend = help === undefined ? [] : wrap(`= help: ${help}`, WIDTH - gutter.length - 1, "        ");
  return [
    ...whereabouts(finding, gutter, paint),
    ...(source === undefined ? [] : excerpt(finding, source, gutter, paint)),
    ...mend.map((text) => `${gutter} ${text}`),
  ].map((text) => text.trimEnd());
}

function findingText(finding: Finding, texts: SourceTexts, paint: Paint): string {
  const head = headline(finding, paint).map((text) => text.trimEnd());
  return [...head, ...findingBody(finding, texts, paint)].join("\n");
}

/** For people: each finding with its line, carets under the very value, and help; the number of them all at the end. */
export function findingsText(
  { findings, summary }: FindingReport,
  texts: SourceTexts,
  paint: Paint = plain,
): string {
  const parts = findings.map((finding) => findingText(finding, texts, paint));
  return `${[...parts, summary ?? countText(findings)].join("\n\n")}\n`;
}
