/** A comment in a source, with its `#`. */
export interface SourceComment {
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** A file whose comments may silence findings. */
export interface CommentedSource {
  readonly file: string;
  readonly text: string;
  readonly comments: readonly SourceComment[];
}

/** What a comment silences: codes, within some lines, both ends included. */
export interface Ignore {
  readonly comment: SourceComment;
  /** Empty where the comment is malformed. */
  readonly codes: readonly string[];
  readonly from: number;
  readonly to: number;
}

const MEANT = /^#+\s*selvedge-ignore\b/;
const WELL_FORMED = /^#+\s*selvedge-ignore\s+(NP\d{3}(?:\s*,\s*NP\d{3})*)\s*:\s*\S/;
const SEPARATOR = /^(?:---|\.\.\.)(?:\s|$)/;

const isIdle = (line: string): boolean => /^\s*(?:#.*)?$/.test(line);
const indentOf = (line: string): number => line.length - line.trimStart().length;

/** The last line of the block that begins at line `start`; all counted from 0. */
function blockEnd(lines: readonly string[], start: number): number {
  const first = lines[start] ?? "";
  const indent = indentOf(first);
  const isItem = (line: string): boolean => /^\s*-(?:\s|$)/.test(line);
  let end = start;
  for (let i = start + 1; i < lines.length; i += 1) {
    const line = lines[i] ?? "";
    if (isIdle(line)) continue;
    // A list may stand under its key without being indented.
    const isWithin = indentOf(line) > indent || (indentOf(line) === indent && isItem(line) && !isItem(first));
    if (SEPARATOR.test(line) || !isWithin) break;
    end = i;
  }
  return end;
}

/** Lines, counted from 0, of which a comment on line `own` speaks. */
function scope(lines: readonly string[], own: number, isAlone: boolean): [from: number, to: number] {
  if (!isAlone) return [own, own];
  const isPassedOver = (line: string): boolean => isIdle(line) || SEPARATOR.test(line);
  const target = lines.findIndex((line, i) => i > own && !isPassedOver(line));
  if (target < 0) return [own, own];
  const above = lines.findLastIndex((line, i) => i < target && (SEPARATOR.test(line) || !isIdle(line)));
  const isDocumentStart = above < 0 || SEPARATOR.test(lines[above] ?? "");
  if (!isDocumentStart) return [target, blockEnd(lines, target)];
  const next = lines.findIndex((line, i) => i > target && SEPARATOR.test(line));
  return [target, next < 0 ? lines.length - 1 : next - 1];
}

/** The comments of a file that are meant to silence something. */
export function ignoresOf({ text, comments }: CommentedSource): Ignore[] {
  const meant = comments.filter((comment) => MEANT.test(comment.text));
  if (meant.length === 0) return [];
  const lines = text.split(/\r?\n/);
  return meant.map((comment) => {
    const before = (lines[comment.line - 1] ?? "").slice(0, comment.column - 1);
    const [from, to] = scope(lines, comment.line - 1, before.trim() === "");
    const codes =
      WELL_FORMED.exec(comment.text)?.[1]
        ?.split(",")
        .map((code) => code.trim()) ?? [];
    return { comment, codes, from: from + 1, to: to + 1 };
  });
}
