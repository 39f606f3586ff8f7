import type { LintFinding } from "../lint-finding.ts";
import { list } from "../words.ts";
import { type CommentedSource, type Ignore, ignoresOf } from "./ignore-comment.ts";
import { np001, np002 } from "./ignore-codes.ts";

const silences = ({ codes, from, to }: Ignore, { code, line = 0 }: LintFinding): boolean =>
  codes.includes(code) && line >= from && line <= to;

function malformed(file: string, { comment: { line, column } }: Ignore): LintFinding {
  return {
    code: np001.code,
    severity: np001.severity,
    object: file,
    file,
    line,
    column,
    message: "this comment silences nothing: it lacks codes, or a reason",
    help: "write `# selvedge-ignore NP101: why this is right as it is`",
  };
}

function unused(
  file: string,
  { comment: { line, column }, codes }: Ignore,
  idle: readonly string[],
): LintFinding {
  return {
    code: np002.code,
    severity: np002.severity,
    object: file,
    file,
    line,
    column,
    message: `there is no ${list(idle)} here to silence`,
    help: idle.length === codes.length ? "remove the comment (`--fix` does)" : `leave out ${list(idle)}`,
    ...(idle.length === codes.length && { fix: { kind: "remove comment", file, line, column } }),
  };
}

/** The findings that no comment silences, and what is to be said of the comments themselves. */
export function applyIgnores(
  findings: readonly LintFinding[],
  sources: readonly CommentedSource[],
): LintFinding[] {
  const silenced = new Set<LintFinding>();
  const said = sources.flatMap((source) => {
    const own = findings.filter(({ file }) => file === source.file);
    return ignoresOf(source).flatMap((ignore) => {
      if (ignore.codes.length === 0) return [malformed(source.file, ignore)];
      const hits = own.filter((finding) => silences(ignore, finding));
      for (const hit of hits) silenced.add(hit);
      const idle = ignore.codes.filter((code) => !hits.some((hit) => hit.code === code));
      return idle.length === 0 ? [] : [unused(source.file, ignore, idle)];
    });
  });
  return [...findings.filter((finding) => !silenced.has(finding)), ...said];
}
