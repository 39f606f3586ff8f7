import { columns } from "../columns.ts";
import { type Paint, plain } from "../finding/paint.ts";
import { wrap } from "../finding/wrap.ts";
import type { LintCode } from "./lint-rule.ts";

const WIDTH = 100;

const indented = (text: string): string => text.trimEnd().replaceAll(/^(?=.)/gm, "    ");

/** A table of all codes. */
export const codesText = (codes: readonly LintCode[], paint: Paint = plain): string => {
  const indent = " ".repeat("NP101  warning  ".length);
  const rows = codes.map(({ code, severity, summary }) => {
    const [first = "", ...more] = wrap(summary, WIDTH - indent.length);
    const head = columns([[code, severity.padEnd("warning".length), first]]);
    const painted = head.replace(severity, paint[severity](severity));
    return [painted, ...more.map((line) => indent + line)].join("\n");
  });
  return `${rows.join("\n")}\n`;
};

/** One code at length. */
export function codeText(
  { code, name, severity, summary, explanation, bad, good }: LintCode,
  paint: Paint = plain,
): string {
  const paragraphs = explanation.split("\n\n").map((paragraph) => wrap(paragraph, WIDTH).join("\n"));
  return (
    [
      `${paint[severity](`${severity}[${code}]`)} ${paint.strong(name)}`,
      paint.strong(wrap(summary, WIDTH).join("\n")),
      ...paragraphs,
      `${paint.strong("Found in:")}\n\n${indented(bad)}`,
      `${paint.strong("And not in:")}\n\n${indented(good)}`,
      "",
    ]
      .join("\n\n")
      .trimEnd() + "\n"
  );
}
