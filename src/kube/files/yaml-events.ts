import {
  EVENT_ID,
  type Event,
  type MappingEvent,
  SCALAR_STYLE,
  type ScalarEvent,
  type SequenceEvent,
  getScalarValue,
} from "js-yaml";
import { type GoScalar, goScalar } from "./go-yaml.ts";

/** A text's events, in the text's order: each container is followed by what it holds and a POP. */
export interface YamlEvents {
  readonly text: string;
  readonly events: readonly Event[];
  /** Of a container's event, the index of the event that follows it; 0 for any other. */
  readonly ends: Readonly<Int32Array>;
}

export type YamlNode = ScalarEvent | SequenceEvent | MappingEvent;

export const isContainer = (event: Event): event is SequenceEvent | MappingEvent =>
  event.type === EVENT_ID.SEQUENCE || event.type === EVENT_ID.MAPPING;

/** A scalar that nobody wrote: `a:`. */
export const isEmpty = (event: Event): boolean => event.type === EVENT_ID.SCALAR && event.valueStart < 0;

/** What it is to go-yaml; without a tag, that is. */
export function scalarOf(text: string, event: ScalarEvent): GoScalar {
  if (event.valueStart < 0) return null;
  const written = getScalarValue(text, event);
  return event.style === SCALAR_STYLE.PLAIN ? goScalar(written) : written;
}

/** A key as a text; `undefined` where it can be none. */
export function keyOf(text: string, event: Event): string | undefined {
  if (event.type !== EVENT_ID.SCALAR) return undefined;
  const key = scalarOf(text, event);
  return key === null ? undefined : String(key);
}

const HEADER = /[|>][-+0-9]*(?:[ \t]+#.*)?[ \t]*\r?$/;

/** Where a node begins, its quote or its `|` included. */
export function startOf(text: string, event: Event): number | undefined {
  if (isContainer(event)) return event.start;
  if (event.type !== EVENT_ID.SCALAR || event.valueStart < 0) return undefined;
  switch (event.style) {
    case SCALAR_STYLE.PLAIN:
      return event.valueStart;
    case SCALAR_STYLE.SINGLE_QUOTED:
    case SCALAR_STYLE.DOUBLE_QUOTED:
      return event.valueStart - 1;
    case SCALAR_STYLE.LITERAL_BLOCK:
    case SCALAR_STYLE.FOLDED_BLOCK:
      return headerOf(text, event.valueStart);
  }
}

/** The `|` or `>` on the line above a block's first one, or on the last of all. */
function headerOf(text: string, first: number): number {
  const end = text[first - 1] === "\n" ? first - 1 : first;
  const begin = text.lastIndexOf("\n", end - 1) + 1;
  return begin + (HEADER.exec(text.slice(begin, end))?.index ?? 0);
}
