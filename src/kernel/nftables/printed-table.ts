/** One table as `nft list table` prints it, everybody's things in it. */
export interface PrintedNftTable {
  /** `dormant`, where its base chains are switched off. */
  readonly flags: readonly string[];
  /** Maps too. */
  readonly sets: readonly PrintedNftSet[];
  readonly chains: readonly PrintedNftChain[];
}

export interface PrintedNftSet {
  readonly name: string;
  readonly kind: "set" | "map";
  /** What it is made of: `type ipv4_addr`, `flags interval`, a line each. */
  readonly options: readonly string[];
  /** In the order in which they are printed; none with `nft -t`. */
  readonly elements: readonly string[];
}

export interface PrintedNftChain {
  readonly name: string;
  /** `type filter hook forward priority mangle; policy accept;` of a base chain. */
  readonly declaration: string | undefined;
  readonly rules: readonly string[];
}

/** Elements stand between commas; a comment of one may hold some, too. */
const ELEMENT = /(?:"[^"]*"|[^",])+/g;

const elementsIn = (text: string): string[] =>
  (/^elements = \{([^]*)\}$/.exec(text)?.[1]?.match(ELEMENT) ?? [])
    .map((each) => each.trim().replaceAll(/\s*\n\s*/g, " "))
    .filter((each) => each !== "");

/** The lines of a set; the elements may take many. */
function setOf(kind: PrintedNftSet["kind"], name: string, lines: readonly string[]): PrintedNftSet {
  const from = lines.findIndex((line) => line.startsWith("elements = "));
  const options = from < 0 ? lines : lines.slice(0, from);
  return { kind, name, options, elements: from < 0 ? [] : elementsIn(lines.slice(from).join("\n")) };
}

/** Before all else a remark on the chain may stand, which no rule begins like. */
function chainOf(name: string, lines: readonly string[]): PrintedNftChain {
  const own = lines[0]?.startsWith("comment ") === true ? lines.slice(1) : lines;
  const [first] = own;
  const isBase = first?.startsWith("type ") === true;
  return { name, declaration: isBase ? first : undefined, rules: isBase ? own.slice(1) : own };
}

/** Reads the output of `nft list table`, of one table. */
export function printedNftTable(text: string): PrintedNftTable {
  const flags: string[] = [];
  const sets: PrintedNftSet[] = [];
  const chains: PrintedNftChain[] = [];
  let block: { readonly kind: string; readonly name: string; readonly lines: string[] } | undefined;
  for (const line of text.split("\n")) {
    const [, kind, name] = /^\t(\w+) (\S+) \{$/.exec(line) ?? [];
    if (kind !== undefined && name !== undefined) block = { kind, name, lines: [] };
    else if (line === "\t}" && block !== undefined) {
      const { kind: what, name: called, lines } = block;
      if (what === "set" || what === "map") sets.push(setOf(what, called, lines));
      if (what === "chain") chains.push(chainOf(called, lines));
      block = undefined;
    } else if (block === undefined) flags.push(...(/^\tflags (.+)$/.exec(line)?.[1]?.split(",") ?? []));
    else block.lines.push(line.trim());
  }
  return { flags, sets, chains };
}
