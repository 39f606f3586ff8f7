/** One command of `nft -f`: `add rule ip selvedge SV-C-x counter drop`. */
export interface Command {
  readonly verb: string;
  readonly kind: string;
  readonly family: string;
  readonly table: string;
  /** Of the chain, set or map. */
  readonly name: string;
  readonly rest: string;
  readonly text: string;
}

/** Splits at separators that stand neither between double quotes nor within braces. */
function splitOutside(text: string, separators: RegExp): string[] {
  const parts = [""];
  let isQuoted = false;
  let depth = 0;
  for (const char of text) {
    if (char === '"') isQuoted = !isQuoted;
    if (!isQuoted) depth += char === "{" ? 1 : char === "}" ? -1 : 0;
    if (!isQuoted && depth === 0 && separators.test(char)) parts.push("");
    else parts[parts.length - 1] += char;
  }
  if (isQuoted || depth !== 0) throw new Error("nft: syntax error, unexpected end of file");
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** Reads a script, a command from each line or between semicolons. */
export const readScript = (script: string): Command[] =>
  splitOutside(script, /[;\n]/).map((text) => {
    const [, verb = "", kind = "", family = "", table = "", name = "", rest = ""] =
      /^(\w+) (\w+) (\w+) ([\w-]+)(?: ([\w-]+))?(?:\s+([^]+))?$/.exec(text) ?? [];
    if (verb === "") throw new Error(`nft: syntax error: ${text}`);
    return { verb, kind, family, table, name, rest, text };
  });

/** What stands between braces. */
export function braced(text: string): string {
  const [, inner] = /^\{([^]*)\}$/.exec(text) ?? [];
  if (inner === undefined) throw new Error(`nft: syntax error: ${text}`);
  return inner.trim();
}

/** `{ a, b }` */
export const readList = (text: string): string[] => splitOutside(braced(text), /,/);
