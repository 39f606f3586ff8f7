/** What ends a plain scalar or a key: a comment, a colon before its value, or, within brackets, what closes or separates. */
const PLAIN = /^(?:(?!\s#|:(?:\s|$)|[,\]}](?:\s*(?:[,\]}].*|#.*)?$|\s)).)+/u;
const QUOTED = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')/u;
const TOKEN = /"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|./gu;

/** The text of a flow collection up to the bracket that closes it; all of the line where that stands on another. */
function bracketed(rest: string): string {
  let depth = 0;
  let text = "";
  for (const [token] of rest.matchAll(TOKEN)) {
    text += token;
    if (token === "{" || token === "[") depth += 1;
    if (token === "}" || token === "]") depth -= 1;
    if (depth === 0) break;
  }
  return text;
}

/**
 * How many characters wide the value is that begins at a column (counted from 1) of a line of YAML or JSON: a scalar with
 * its quotes, a flow collection with its brackets; of a block its first key, since that is where it begins. At least 1.
 */
export function valueWidth(line: string, column: number): number {
  const rest = line.slice(column - 1);
  const text = /^[{[]/.test(rest) ? bracketed(rest) : ((QUOTED.exec(rest) ?? PLAIN.exec(rest))?.[0] ?? "");
  return Math.max(text.trimEnd().length, 1);
}
