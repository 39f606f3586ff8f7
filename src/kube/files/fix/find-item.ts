import { type Document, type Pair, type YAMLSeq, isAlias, isMap, isNode, isPair, isSeq } from "yaml";

/** An item of a list, and the list. */
export interface FoundItem {
  readonly list: YAMLSeq;
  readonly index: number;
  /** The key that the list is the value of. */
  readonly pair: Pair | undefined;
  /** From the document's root to the list. */
  readonly path: readonly (string | number)[];
}

const holds = (node: unknown, offset: number): boolean =>
  isNode(node) && !!node.range && node.range[0] <= offset && offset < node.range[2];

/** Whether anything in it is shared with another place in the file, so that an edit here would be one there. */
function isShared(node: unknown): boolean {
  if (isAlias(node)) return true;
  if (isPair(node)) return isShared(node.key) || isShared(node.value);
  if (!isNode(node)) return false;
  if (node.anchor !== undefined) return true;
  return (isMap(node) || isSeq(node)) && node.items.some(isShared);
}

/** The innermost list item that begins at the offset; `undefined` where there is none, or where anchors share it. */
export function findItem(document: Document.Parsed, offset: number): FoundItem | undefined {
  function find(
    node: unknown,
    pair: Pair | undefined,
    path: readonly (string | number)[],
  ): FoundItem | undefined {
    if (!isNode(node) || isAlias(node) || node.anchor !== undefined || !holds(node, offset)) return undefined;
    if (isMap(node)) {
      for (const each of node.items) {
        const found = find(each.value, each, [...path, String(each.key)]);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    if (!isSeq(node)) return undefined;
    for (const [index, item] of node.items.entries()) {
      const inner = find(item, undefined, [...path, index]);
      if (inner !== undefined) return inner;
      if (isNode(item) && item.range?.[0] === offset)
        return isShared(item) ? undefined : { list: node, index, pair, path };
    }
    return undefined;
  }
  return find(document.contents, undefined, []);
}
