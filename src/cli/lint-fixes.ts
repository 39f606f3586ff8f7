import { writeFile } from "node:fs/promises";
import type { LintFinding, LintFix } from "../analysis/lint/lint-finding.ts";
import { removeComment } from "../kube/files/fix/remove-comment.ts";
import { removeListItem } from "../kube/files/fix/remove-list-item.ts";

/** A file as it is, and as it would be. */
export interface FixedFile {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  /** How many of its findings the change mends. */
  readonly fixed: number;
}

function applied(text: string, fix: LintFix): string | undefined {
  switch (fix.kind) {
    case "remove item":
      return removeListItem(text, fix);
    case "remove comment":
      return removeComment(text, fix);
  }
}

/** The safe mends of what was found, file by file; what cannot be edited safely is left as it is. */
export function fixedFiles(
  findings: readonly LintFinding[],
  texts: (file: string) => string | undefined,
): FixedFile[] {
  const fixes = findings.flatMap(({ fix }) => (fix === undefined ? [] : [fix]));
  return [...Map.groupBy(fixes, ({ file }) => file)].flatMap(([file, own]) => {
    const before = texts(file);
    if (before === undefined) return [];
    let after = before;
    let fixed = 0;
    // From below, so that the places of those above stay what they are.
    for (const fix of own.toSorted((a, b) => b.line - a.line || b.column - a.column)) {
      const edited = applied(after, fix);
      if (edited === undefined) continue;
      after = edited;
      fixed += 1;
    }
    return fixed === 0 ? [] : [{ file, before, after, fixed }];
  });
}

export async function writeFixes(files: readonly FixedFile[]): Promise<void> {
  for (const { file, after } of files) await writeFile(file, after);
}

/** What `patch` takes. */
export async function fixesDiff(files: readonly FixedFile[]): Promise<string> {
  const { createTwoFilesPatch } = await import("diff");
  return files
    .map(({ file, before, after }) => createTwoFilesPatch(`a/${file}`, `b/${file}`, before, after))
    .map((patch) => patch.replace(/^=+\n/, ""))
    .join("");
}
