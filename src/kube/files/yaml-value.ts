import {
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
} from "yaml";

/** A fault of a document, and the offset in the file's text at which it stands. */
export interface YamlFault {
  readonly offset: number;
  readonly message: string;
}

/** How many nodes aliases may stand for, all of a document's together. */
const ALIASED_NODES_MAXIMUM = 1_000_000;

/** Nodes that the value of this one would have, written out. */
interface Valued {
  readonly value: unknown;
  readonly size: number;
}

class TooManyAliases extends Error {}

const startOf = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? 0) : 0);
const isNode = (node: unknown): node is Node => isAlias(node) || isMap(node) || isSeq(node) || isScalar(node);

/**
 * The plain value of a document, as go-yaml makes it: aliases and merge keys resolved, keys as texts. A map's own keys are
 * its keys whatever they are called. Duplicate keys are a fault that names both lines.
 */
export function yamlValue(
  document: Document.Parsed,
  lineAt: (offset: number) => number,
): { readonly value: unknown; readonly faults: readonly YamlFault[] } {
  const faults: YamlFault[] = [];
  const anchors = new Map<string, Valued | "open">();
  let aliased = 0;

  function fault(node: unknown, message: string): Valued {
    faults.push({ offset: startOf(node), message });
    return { value: null, size: 1 };
  }

  function valueOf(node: unknown): Valued {
    if (isAlias(node)) return aliasValue(node.source, node);
    const anchor = isNode(node) && !isAlias(node) ? node.anchor : undefined;
    if (anchor !== undefined) anchors.set(anchor, "open");
    const valued = isMap(node) ? mapValue(node) : isSeq(node) ? listValue(node.items) : scalarValue(node);
    if (anchor !== undefined) anchors.set(anchor, valued);
    return valued;
  }

  function aliasValue(name: string, node: Node): Valued {
    const target = anchors.get(name);
    if (target === undefined) return fault(node, `there is no anchor "${name}" above this alias`);
    if (target === "open") return fault(node, `the value of the anchor "${name}" contains itself`);
    aliased += target.size;
    if (aliased > ALIASED_NODES_MAXIMUM) throw new TooManyAliases();
    return target;
  }

  const scalarValue = (node: unknown): Valued => ({ value: isScalar(node) ? node.value : null, size: 1 });

  function listValue(items: readonly unknown[]): Valued {
    const all = items.map((item) =>
      isPair(item) ? fault(item.key, "expected an item, found a key") : valueOf(item),
    );
    return { value: all.map(({ value }) => value), size: all.reduce((sum, { size }) => sum + size, 1) };
  }

  function mapValue(map: YAMLMap): Valued {
    const value: Record<string, unknown> = {};
    const offsets = new Map<string, number>();
    let size = 1;
    for (const pair of map.items) {
      if (isMergeKey(pair)) {
        size += merge(value, pair.value);
        continue;
      }
      const key = keyText(pair.key);
      const field = valueOf(pair.value);
      size += field.size;
      if (key === undefined) continue;
      const offset = startOf(pair.key);
      const before = offsets.get(key);
      if (before !== undefined) {
        const lines = `on line ${lineAt(before)} and on line ${lineAt(offset)}`;
        fault(pair.key, `the key "${key}" stands twice in one object, ${lines}`);
      }
      offsets.set(key, offset);
      setField(value, key, field.value);
    }
    return { value, size };
  }

  /** JSON has no other keys; go-yaml makes texts of numbers and booleans, and refuses the rest. */
  function keyText(node: unknown): string | undefined {
    const { value } = valueOf(node);
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      return String(value);
    fault(node, "a key must be a text");
    return undefined;
  }

  /** As go-yaml: what is merged overrides the keys above it, and is overridden by those below. */
  function merge(into: Record<string, unknown>, source: unknown): number {
    const maps = isSeq(source) ? source.items.toReversed() : [source];
    let size = 0;
    for (const each of maps) {
      const merged = valueOf(each);
      size += merged.size;
      if (typeof merged.value !== "object" || merged.value === null || Array.isArray(merged.value)) {
        fault(each, "a merge key (<<) needs an object, or a list of them");
      } else {
        for (const [key, value] of Object.entries(merged.value)) setField(into, key, value);
      }
    }
    return size;
  }

  try {
    return { value: valueOf(document.contents).value, faults };
  } catch (error) {
    if (!(error instanceof TooManyAliases)) throw error;
    const message = `aliases stand for more than ${ALIASED_NODES_MAXIMUM} values`;
    return { value: null, faults: [{ offset: startOf(document.contents), message }] };
  }
}

export const isMergeKey = ({ key }: Pair): boolean =>
  isScalar(key) && key.type === "PLAIN" && key.value === "<<";

/** Not by assignment: `__proto__` is a key like any other. */
const setField = (into: Record<string, unknown>, key: string, value: unknown): unknown =>
  Object.defineProperty(into, key, { value, enumerable: true, writable: true, configurable: true });
