/** The rules of one chain, as `iptables-save` prints them one after the other. */
export interface PrintedChain {
  readonly chain: string;
  /** `-A <chain> <rule>` a line. */
  readonly lines: string;
}

/** One table, as `iptables-save` prints it. */
export interface PrintedTable {
  readonly name: string;
  /** Declared chains, in order. */
  readonly chains: readonly string[];
  /** Those that have rules. */
  readonly rules: readonly PrintedChain[];
}

/** Where the line ends that begins at `from`, behind its line feed. */
function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end + 1;
}

const isRuleOf = (chain: string, text: string, at: number): boolean =>
  text.startsWith(`-A ${chain}`, at) && /\s/.test(text.charAt(at + 3 + chain.length));

/** The rules of a printed chain: what follows `-A <chain>`. */
export const rulesOf = ({ chain, lines }: PrintedChain): string[] =>
  lines
    .trimEnd()
    .split("\n")
    .map((line) => line.slice(`-A ${chain} `.length));

/** Cuts the output of `iptables-save` into tables and chains. It may have tens of thousands of lines: none is looked at twice. */
export function printedTables(text: string): PrintedTable[] {
  const tables: { name: string; chains: string[]; rules: PrintedChain[] }[] = [];
  let at = 0;
  while (at < text.length) {
    const begin = at;
    at = endOfLine(text, at);
    const table = tables.at(-1);
    if (text.startsWith("*", begin))
      tables.push({ name: text.slice(begin + 1, at).trim(), chains: [], rules: [] });
    else if (text.startsWith(":", begin)) {
      const name = /^:(\S+)/.exec(text.slice(begin, at))?.[1] ?? "";
      table?.chains.push(name);
      // Declared again it is empty, as iptables-restore has it; iptables-save declares all before the first rule.
      if (table !== undefined && table.rules.length > 0)
        table.rules = table.rules.filter(({ chain }) => chain !== name);
    } else if (text.startsWith("-A ", begin)) {
      const chain = /^-A (\S+)/.exec(text.slice(begin, at))?.[1] ?? "";
      while (isRuleOf(chain, text, at)) at = endOfLine(text, at);
      table?.rules.push({ chain, lines: text.slice(begin, at) });
    }
  }
  return tables;
}
