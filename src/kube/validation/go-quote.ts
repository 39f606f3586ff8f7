const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\u0007", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
  ["\\", "\\\\"],
  ['"', '\\"'],
]);

function quoteRune(rune: string): string {
  const escape = ESCAPES.get(rune);
  if (escape !== undefined) return escape;
  if (PRINTABLE.test(rune)) return rune;
  const code = rune.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code < 0x10000
    ? `\\u${code.toString(16).padStart(4, "0")}`
    : `\\U${code.toString(16).padStart(8, "0")}`;
}

/** A text as Go's `strconv.Quote` writes it, which is how the API server shows the values that it rejects. */
export const goQuote = (text: string): string => `"${Array.from(text, quoteRune).join("")}"`;

const HTML_SAFE = /[<>&\u2028\u2029]/g;

/** A value as Go's `encoding/json` writes it: `<`, `>` and `&` escaped. */
export const goJson = (value: unknown): string =>
  (JSON.stringify(value) ?? "null").replace(
    HTML_SAFE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
