import type { LintCode } from "./lint-rule.ts";

const section = ({ code, name, severity, summary, explanation, bad, good }: LintCode): string =>
  `## ${code} ${name}

**${severity}.** ${summary}

${explanation}

Found in:

\`\`\`yaml
${bad.trimEnd()}
\`\`\`

And not in:

\`\`\`yaml
${good.trimEnd()}
\`\`\`
`;

/** Codes as a page: a table of them, and a section for each. */
export function codesMarkdown(codes: readonly LintCode[]): string {
  const rows = codes.map(
    ({ code, name, severity, summary }) =>
      `| [${code}](#${code.toLowerCase()}-${name}) | ${severity} | ${summary} |`,
  );
  return `| code | severity | what |\n| --- | --- | --- |\n${rows.join("\n")}\n\n${codes.map(section).join("\n")}`;
}
