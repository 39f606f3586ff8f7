import { isDeepStrictEqual } from "node:util";
import { type Document, type Node, type Pair, isMap, isNode, isSeq, parseAllDocuments } from "yaml";
import { goYamlOptions } from "../go-yaml.ts";
import { yamlValue } from "../yaml-value.ts";
import { type FoundItem, findItem } from "./find-item.ts";
import { type TextPlace, lineStart, nextLineStart, offsetAt } from "./text-edit.ts";

const parse = (text: string): Document.Parsed[] => [
  ...parseAllDocuments(text, { ...goYamlOptions, keepSourceTokens: true }),
];

const valueOf = (document: Document.Parsed): unknown => yamlValue(document, () => 0).value;

/** Where the last character of a node that says something stands, and one more. */
function endOf(node: unknown): number | undefined {
  if (!isNode(node)) return undefined;
  const last = isMap(node) || isSeq(node) ? node.items.at(-1) : undefined;
  const isFlow = (isMap(node) || isSeq(node)) && node.flow === true;
  if (isFlow || last === undefined) return node.range?.[1];
  return isNode(last) ? endOf(last) : (endOf(valueIn(last)) ?? endOf(keyIn(last)));
}

const keyIn = (pair: unknown): unknown => (pair as Pair).key;
const valueIn = (pair: unknown): unknown => (pair as Pair).value;

function withoutFlowItem(text: string, { list, index }: FoundItem): string | undefined {
  const ranges = list.items.map((item) => (item as Node).range);
  const [own, before, after] = [ranges[index], ranges[index - 1], ranges[index + 1]];
  if (!own) return undefined;
  const [from, to] = after ? [own[0], after[0]] : before ? [before[1], own[1]] : [own[0], own[1]];
  // A comment between the items belongs to neither.
  return text.slice(from, to).includes("#") ? undefined : text.slice(0, from) + text.slice(to);
}

function withoutBlockItem(text: string, { list, index, pair }: FoundItem): string | undefined {
  const token = list.srcToken;
  if (token?.type !== "block-seq") return undefined;
  const dashes = token.items.flatMap(
    ({ start }) => start.find(({ type }) => type === "seq-item-ind")?.offset ?? [],
  );
  const dash = dashes[index];
  const end = endOf(list.items[index]);
  if (dash === undefined || end === undefined) return undefined;
  const from = lineStart(text, dash);
  if (text.slice(from, dash).trim() !== "") return undefined;
  const to = text[end - 1] === "\n" ? end : nextLineStart(text, end);
  if (list.items.length > 1) return text.slice(0, from) + text.slice(to);
  // A key whose list is gone would be null; an empty list says what is meant.
  const colon = pair?.srcToken?.sep?.find(({ type }) => type === "map-value-ind")?.offset;
  if (colon === undefined) return undefined;
  return `${text.slice(0, colon + 1)} []${text.slice(colon + 1, from)}${text.slice(to)}`;
}

function spliced(value: unknown, [step, ...rest]: FoundItem["path"], index: number): unknown {
  if (step === undefined) return (value as unknown[]).toSpliced(index, 1);
  if (Array.isArray(value))
    return value.map((each, i) => (i === step ? spliced(each, rest, index) : (each as unknown)));
  const fields = value as Readonly<Record<string, unknown>>;
  return { ...fields, [step]: spliced(fields[step], rest, index) };
}

/**
 * The text without the list item that begins at a place; every other byte stays, comments above the item included. What
 * comes out is read again: where it does not say exactly the same but for the item, or where anchors share the item with
 * other places, there is no edit (`undefined`).
 */
export function removeListItem(text: string, place: TextPlace): string | undefined {
  const offset = offsetAt(text, place);
  const documents = parse(text);
  if (offset === undefined) return undefined;
  for (const [i, document] of documents.entries()) {
    const found = findItem(document, offset);
    if (found === undefined) continue;
    const edited = found.list.flow === true ? withoutFlowItem(text, found) : withoutBlockItem(text, found);
    if (edited === undefined) return undefined;
    const wanted = documents.map(valueOf).with(i, spliced(valueOf(document), found.path, found.index));
    return isDeepStrictEqual(parse(edited).map(valueOf), wanted) ? edited : undefined;
  }
  return undefined;
}
