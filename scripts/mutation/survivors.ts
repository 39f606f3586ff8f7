/** What Stryker's JSON report says of one file, as far as we read it (mutation-testing-report-schema). */
export interface FileResult {
  readonly source: string;
  readonly mutants: readonly MutantResult[];
}

interface MutantResult {
  readonly mutatorName: string;
  readonly replacement: string;
  readonly status:
    | "Killed"
    | "Timeout"
    | "Survived"
    | "NoCoverage"
    | "RuntimeError"
    | "CompileError"
    | "Ignored"
    | "Pending";
  /** Both ends count from 1; `end` is just behind the last character. */
  readonly location: { readonly start: Position; readonly end: Position };
}

interface Position {
  readonly line: number;
  readonly column: number;
}

export type Files = Readonly<Record<string, FileResult>>;

/** A mutant as people find it again when lines have moved: by what was replaced, and the line in which it begins. */
export interface Mutant {
  readonly file: string;
  /** The whole line, trimmed. */
  readonly line: string;
  readonly from: string;
  readonly to: string;
}

export interface Survivor extends Mutant {
  readonly lineNumber: number;
}

/** Why some mutants live, kept by hand. */
export interface Reason {
  readonly reason: string;
  readonly mutants: readonly Mutant[];
}

const flat = (text: string): string => text.trim().replaceAll(/\s+/g, " ");

function textBetween(lines: readonly string[], start: Position, end: Position): string {
  const text = lines.slice(start.line - 1, end.line);
  const tail = (text.at(-1) ?? "").slice(0, end.column - 1);
  return [...text.slice(0, -1), tail].join("\n").slice(start.column - 1);
}

/** The mutants that no test noticed, in the order of their files and lines. */
export function survivorsOf(files: Files): Survivor[] {
  return Object.entries(files)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([file, { source, mutants }]) => {
      const lines = source.split("\n");
      return mutants
        .filter(({ status }) => status === "Survived" || status === "NoCoverage")
        .map(({ location: { start, end }, replacement }) => ({
          file,
          line: flat(lines[start.line - 1] ?? ""),
          from: flat(textBetween(lines, start, end)),
          to: flat(replacement),
          lineNumber: start.line,
        }))
        .toSorted((a, b) => a.lineNumber - b.lineNumber);
    });
}

export const mutantKey = ({ file, line, from, to }: Mutant): string => JSON.stringify([file, line, from, to]);
