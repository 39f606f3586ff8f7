/** A set, map or chain, as `nft list table` prints it. */
export interface ListedBlock {
  readonly kind: "set" | "map" | "chain";
  readonly name: string;
  /** What stands in its braces, with its tabs and line feeds. */
  readonly body: string;
}

const HEAD = /\t(set|map|chain) (\S+) \{\n/y;
const END = "\t}\n";

/** Where the block ends whose body begins at `from`; -1 where it does not. */
function endOfBody(text: string, from: number): number {
  if (text.startsWith(END, from)) return from;
  const end = text.indexOf(`\n${END}`, from);
  return end < 0 ? -1 : end + 1;
}

/**
 * Cuts the listing of one table. It may have tens of thousands of lines: none is looked at twice. Nothing where something stands
 * in the table that we never write: an option of the table itself, a counter or another object.
 */
export function listedBlocks(text: string): readonly ListedBlock[] | undefined {
  const blocks: ListedBlock[] = [];
  let at = text.indexOf("\n") + 1;
  for (;;) {
    if (text.startsWith("\n", at)) {
      at += 1;
      continue;
    }
    if (text.startsWith("}", at)) return blocks;
    HEAD.lastIndex = at;
    const [head = "", kind, name = ""] = HEAD.exec(text) ?? [];
    const from = at + head.length;
    const end = kind === undefined ? -1 : endOfBody(text, from);
    if (end < 0) return undefined;
    blocks.push({ kind: kind as ListedBlock["kind"], name, body: text.slice(from, end) });
    at = end + END.length;
  }
}
