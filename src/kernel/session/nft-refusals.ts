/** The command of a line in which this column stands; semicolons in quotes and braces are no ends. */
function commandAt(line: string, column: number): string {
  let begin = 0;
  for (const { 0: text, index } of line.matchAll(/"[^"]*"|\{[^{}]*\}|;/g)) {
    if (text !== ";") continue;
    if (index >= column) return line.slice(begin, index).trim();
    begin = index + 1;
  }
  return line.slice(begin).trim();
}

/**
 * What nft says against a line, in few words: it repeats the whole line at every complaint, a transaction of up to thousands of
 * characters, and marks the place below. Here each complaint is followed by the one command that it is about.
 */
export function refusals(said: string): string {
  const lines = said.split("\n");
  const words: string[] = [];
  for (let i = 0; i < lines.length; i += 1) {
    const [complaint = "", line = "", carets = ""] = lines.slice(i, i + 3);
    const isMarked = /^ *\^+$/.test(carets);
    words.push(isMarked ? `${complaint}: ${commandAt(line, carets.indexOf("^"))}` : complaint);
    if (isMarked) i += 2;
  }
  return words.join("; ");
}
