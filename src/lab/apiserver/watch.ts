import type { ApiRequest } from "./api-request.ts";
import type { Environment } from "./environment.ts";
import { expired, internal, invalid, isRefusal, type Refusal, statusOf } from "./refusal.ts";
import { askedVersion, versionProblem } from "./resource-version.ts";
import { groupVersion, type Resource } from "./resource.ts";
import { parseSelection, type Selection } from "./selection.ts";
import { inVersion } from "./conversion.ts";
import { eventFor, type ObjectEvent, type WatchEvent } from "./watch-event.ts";

/** A watch that is granted: what to send at once, and how to go on. */
export interface WatchPlan {
  readonly kind: "watch";
  readonly resource: Resource;
  readonly selects: Selection;
  /** Events that come first, objects apart from bookmarks and errors so that they can be shown as the client wants. */
  readonly first: readonly (ObjectEvent | WatchEvent)[];
  /** Changes up to this revision are told already. */
  readonly from: number;
  /** The stream ends after the first events: they ended in an error. */
  readonly ends: boolean;
  readonly bookmarks: boolean;
  /** 0: as long as the client stays. */
  readonly timeoutSeconds: number;
}

/** The marker of how far a watch has come. */
export const bookmark = (resource: Resource, revision: number, initialEventsEnd = false): WatchEvent => ({
  type: "BOOKMARK",
  object: {
    kind: resource.kind,
    apiVersion: groupVersion(resource),
    metadata: {
      resourceVersion: String(revision),
      ...(initialEventsEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {}),
    },
  },
});

const errorEvent = (refusal: Refusal): WatchEvent => ({ type: "ERROR", object: statusOf(refusal) });

/** GET with `watch`. */
export const watch = (env: Environment, resource: Resource, request: ApiRequest): WatchPlan | Refusal => {
  const { query, target } = request;
  const { namespace = "", name = "" } = target ?? {};
  const selects = parseSelection(resource, { namespace, name }, query);
  if (isRefusal(selects)) return selects;
  const asked = askedVersion(query);
  if (asked === "invalid") return internal(versionProblem(query));
  const bookmarks = ["1", "true"].includes(query.get("allowWatchBookmarks") ?? "");
  const initial = query.get("sendInitialEvents") === "true";
  if (initial && query.get("resourceVersionMatch") !== "NotOlderThan") {
    const message = "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
    return invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", [
      { field: "resourceVersionMatch", reason: "FieldValueForbidden", message },
    ]);
  }
  const { store } = env;
  const plan: WatchPlan = {
    kind: "watch",
    resource,
    selects,
    first: [],
    from: store.revision,
    ends: false,
    bookmarks,
    timeoutSeconds: Number(query.get("timeoutSeconds") ?? 0),
  };
  if (initial || asked === "unset" || asked === 0) {
    const added = store
      .list(resource.storage)
      .filter(selects)
      .map((object): ObjectEvent => ({ type: "ADDED", object: inVersion(resource, object) }));
    const end = initial && bookmarks ? [bookmark(resource, store.revision, true)] : [];
    return { ...plan, first: query.get("sendInitialEvents") === "false" ? [] : [...added, ...end] };
  }
  const missed = store.changesSince(resource.storage, asked);
  if (missed === undefined) {
    const error = errorEvent(expired(`too old resource version: ${asked} (${store.revision})`));
    return { ...plan, first: [error], ends: true };
  }
  const first = missed.flatMap((change) => {
    const event = eventFor(change, selects);
    return event === undefined ? [] : [{ ...event, object: inVersion(resource, event.object) }];
  });
  return { ...plan, first, from: Math.max(asked, store.revision) };
};
