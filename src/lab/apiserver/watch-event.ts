import type { Change } from "./change-log.ts";
import type { Json } from "./json.ts";
import { type KubeObject, withMeta } from "./kube-object.ts";
import type { Selection } from "./selection.ts";

/** One line of a watch. */
export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: Json;
}

/** A change as one watcher sees it. */
export interface ObjectEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubeObject;
}

/**
 * What a change means to a watcher with a selection: an object that starts to match is ADDED, one that no
 * longer does is DELETED in its old state under the new resource version.
 */
export const eventFor = (
  { revision, before, after }: Change,
  selects: Selection,
): ObjectEvent | undefined => {
  const left = before !== undefined && selects(before) ? before : undefined;
  const right = after !== undefined && selects(after) ? after : undefined;
  if (right !== undefined) return { type: left === undefined ? "ADDED" : "MODIFIED", object: right };
  if (left === undefined) return undefined;
  return { type: "DELETED", object: withMeta(left, { resourceVersion: String(revision) }) };
};
