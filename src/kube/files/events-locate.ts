import { EVENT_ID } from "js-yaml";
import type { FieldPath } from "../validation/field-path.ts";
import type { FieldPart } from "./manifest-set.ts";
import type { ReadDocument } from "./read-document.ts";
import { type YamlEvents, isContainer, isEmpty, keyOf, startOf } from "./yaml-events.ts";

/** As `yamlLocate`, over events: where the fields of the node whose event is `root` stand. */
export function eventsLocate({ text, events, ends }: YamlEvents, root: number): ReadDocument["locate"] {
  /** The children of containers that were asked about: a list of ten thousand is walked once. */
  const known = new Map<number, readonly number[]>();

  function childrenOf(container: number): readonly number[] {
    const before = known.get(container);
    if (before !== undefined) return before;
    const children: number[] = [];
    for (let at = container + 1; events[at]?.type !== EVENT_ID.POP; at = ends[at] || at + 1)
      children.push(at);
    known.set(container, children);
    return children;
  }

  const offsetOf = (at: number): number | undefined => {
    const event = events[at];
    return event === undefined ? undefined : startOf(text, event);
  };

  /** A field's key, and its value beside it. */
  function findKey(map: number, name: string): { readonly key: number; readonly value: number } | undefined {
    const children = childrenOf(map);
    for (let i = 0; i + 1 < children.length; i += 2) {
      const [key = 0, value = 0] = [children[i], children[i + 1]];
      const event = events[key];
      if (event !== undefined && keyOf(text, event) === name) return { key, value };
    }
    return undefined;
  }

  return (path: FieldPath, part: FieldPart = "value") => {
    let at = root;
    let offset = offsetOf(root) ?? 0;
    for (const [i, step] of path.entries()) {
      const event = events[at];
      if (event === undefined || !isContainer(event)) break;
      if (typeof step === "number") {
        const item = event.type === EVENT_ID.SEQUENCE ? childrenOf(at)[step] : undefined;
        if (item === undefined) break;
        at = item;
        offset = offsetOf(item) ?? offset;
        continue;
      }
      const field = event.type === EVENT_ID.MAPPING ? findKey(at, step) : undefined;
      if (field === undefined) break;
      at = field.value;
      const value = events[at];
      // A key without a value stands for itself.
      const isKeyMeant = value === undefined || isEmpty(value) || (part === "key" && i === path.length - 1);
      offset = (isKeyMeant ? undefined : offsetOf(at)) ?? offsetOf(field.key) ?? offset;
    }
    return offset;
  };
}
