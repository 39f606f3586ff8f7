import { countsText } from "./count-changes.ts";
import { diffSections } from "./diff-lines.ts";
import { type DiffReport, causeText } from "./diff-report.ts";

/** A code span that may hold backticks and pipes. */
const code = (text: string): string => `\`\` ${text.replaceAll("`", "'")} \`\``;

/** For a pull request's comment or a job's summary: each cause, and a block of code that is coloured as a diff is. */
export function diffMarkdown(report: DiffReport): string {
  const sections = diffSections(report).map(({ causes, lines }) => {
    const heads = causes.map((cause) => `- ${code(causeText(cause))}`).join("\n");
    // `!` is what a diff's colouring knows for neither.
    const body = lines.map(({ symbol, text }) => `${symbol === "~" ? "!" : symbol} ${text}`).join("\n");
    return `${heads}\n\n\`\`\`diff\n${body}\n\`\`\``;
  });
  return `${[`### selvedge diff: ${countsText(report.diff)}`, ...sections].join("\n\n")}\n`;
}
