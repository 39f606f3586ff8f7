import { COLLECTION_STYLE, EVENT_ID, type MappingEvent, SCALAR_STYLE, parseEvents } from "js-yaml";
import { type YamlEvents, type YamlNode, isContainer, isEmpty, keyOf, scalarOf } from "./yaml-events.ts";
import { eventsLocate } from "./events-locate.ts";
import type { ReadDocument } from "./read-document.ts";

/** Thrown within this file alone: the text is for the reader that knows all of YAML, and words its errors. */
class NotPlain extends Error {}

/**
 * What the two readers disagree about: tabs that indent, byte order marks, lone carriage returns, document markers that
 * are indented, and blocks that say how far they are.
 */
const DISPUTED = /^ *\t|\ufeff|\r(?!\n)|^ +(?:---|\.\.\.)(?:\s|$)|[|>][-+]?[1-9][-+]?[ \t]*(?:#.*)?$/m;

/**
 * The documents of a text that is plain YAML, or JSON: without anchors, aliases, merge keys, tags, directives, odd keys and
 * errors. `undefined` for any other. Several times faster than `yamlDocuments`, and held to it: what is read here is read
 * the same there, values and places.
 */
export function plainDocuments(text: string): readonly ReadDocument[] | undefined {
  if (DISPUTED.test(text)) return undefined;
  try {
    const events = parseEvents(text, {});
    return documentsOf({ text, events, ends: new Int32Array(events.length) });
  } catch (error) {
    // `parseEvents` throws for whatever is wrong with a text; the other reader says what, and where.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function documentsOf(source: YamlEvents & { readonly ends: Int32Array }): ReadDocument[] {
  const { text, events, ends } = source;
  const documents: ReadDocument[] = [];
  let at = 0;

  const isOver = (): boolean => events[at]?.type === EVENT_ID.POP;

  function next(): YamlNode {
    const event = events[at];
    if (event === undefined || !("tagStart" in event)) throw new NotPlain();
    if (event.tagStart >= 0 || event.anchorStart >= 0) throw new NotPlain();
    return event;
  }

  function value(): unknown {
    const event = next();
    const begin = at;
    at += 1;
    if (!isContainer(event)) return scalarOf(text, event);
    const read = event.type === EVENT_ID.SEQUENCE ? items() : fields(event);
    at += 1;
    ends[begin] = at;
    return read;
  }

  function items(): unknown[] {
    const list: unknown[] = [];
    while (!isOver()) {
      // It stands nowhere, and the other reader knows where that is.
      if (isEmpty(next())) throw new NotPlain();
      list.push(value());
    }
    return list;
  }

  function fields(map: MappingEvent): Record<string, unknown> {
    // `[a: b]` is a list of maps to YAML, and refused by Kubernetes.
    if (map.style === COLLECTION_STYLE.FLOW && text[map.start] !== "{") throw new NotPlain();
    const object: Record<string, unknown> = {};
    while (!isOver()) {
      const event = next();
      const key = keyOf(text, event);
      const isMerge = key === "<<" && "style" in event && event.style === SCALAR_STYLE.PLAIN;
      if (key === undefined || key === "__proto__" || isMerge || Object.hasOwn(object, key))
        throw new NotPlain();
      at += 1;
      object[key] = value();
    }
    return object;
  }

  while (at < events.length) {
    const document = events[at];
    if (document?.type !== EVENT_ID.DOCUMENT || document.directives.length > 0) throw new NotPlain();
    at += 1;
    const root = at;
    documents.push({ value: value(), locate: eventsLocate(source, root) });
    at += 1;
  }
  return documents;
}
