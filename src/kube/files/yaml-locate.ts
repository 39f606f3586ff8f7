import { type Document, type Node, type Pair, isAlias, isMap, isScalar, isSeq } from "yaml";
import type { FieldPath } from "../validation/field-path.ts";
import type { FieldPart } from "./manifest-set.ts";
import { isMergeKey } from "./yaml-value.ts";

const named = (pair: Pair, name: string): boolean => isScalar(pair.key) && String(pair.key.value) === name;

const offsetOf = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0];

/** The last pair of that name: in the object itself, else in what is merged into it. */
function findPair(document: Document.Parsed, node: unknown, name: string): Pair | undefined {
  const map = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(map)) {
    for (const each of map.items) {
      const pair = findPair(document, each, name);
      if (pair !== undefined) return pair;
    }
  }
  if (!isMap(map)) return undefined;
  const own = map.items.findLast((pair) => named(pair, name));
  if (own !== undefined) return own;
  for (const pair of map.items) {
    const merged = isMergeKey(pair) ? findPair(document, pair.value, name) : undefined;
    if (merged !== undefined) return merged;
  }
  return undefined;
}

/** The offset of the value at the path, or of its key; of the deepest field on the way to it that was written. */
export function yamlLocate(
  document: Document.Parsed,
  root: unknown,
  path: FieldPath,
  part: FieldPart = "value",
): number {
  let node = root;
  let offset = offsetOf(root) ?? 0;
  for (const [i, step] of path.entries()) {
    const at = isAlias(node) ? node.resolve(document) : node;
    if (typeof step === "number") {
      if (!isSeq(at) || step >= at.items.length) break;
      node = at.items[step];
      offset = offsetOf(node) ?? offset;
      continue;
    }
    const pair = isMap(at) ? findPair(document, at, step) : undefined;
    if (pair === undefined) break;
    node = pair.value;
    // A key without a value stands for itself.
    const isEmpty = isScalar(node) && node.type === "PLAIN" && node.source === "";
    const isKeyMeant = part === "key" && i === path.length - 1;
    offset = (isEmpty || isKeyMeant ? undefined : offsetOf(node)) ?? offsetOf(pair.key) ?? offset;
  }
  return offset;
}
