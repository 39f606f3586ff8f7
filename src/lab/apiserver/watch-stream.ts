import type { ServerResponse } from "node:http";
import type { Change } from "./change-log.ts";
import type { JsonObject } from "./json.ts";
import type { Presenter } from "./representation.ts";
import type { Store } from "./store.ts";
import { inVersion } from "./conversion.ts";
import { bookmark, type WatchPlan } from "./watch.ts";
import { eventFor, type ObjectEvent, type WatchEvent } from "./watch-event.ts";

const isAboutObject = (event: ObjectEvent | WatchEvent): event is ObjectEvent =>
  event.type !== "BOOKMARK" && event.type !== "ERROR";

/** Sends a granted watch until its time is up, the client leaves or the server closes. */
export const streamWatch = (
  response: ServerResponse,
  plan: WatchPlan,
  options: { readonly store: Store; readonly presenter: Presenter; readonly bookmarkIntervalMs: number },
): void => {
  const { resource, selects, bookmarks, timeoutSeconds } = plan;
  const { store, presenter, bookmarkIntervalMs } = options;
  let isFirst = true;
  const send = (event: ObjectEvent | WatchEvent): void => {
    let shown = event.object;
    if (isAboutObject(event)) {
      shown = presenter.object(resource, event.object, isFirst);
      isFirst = false;
    }
    const line: JsonObject = { type: event.type, object: shown };
    response.write(`${JSON.stringify(line)}\n`);
  };
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" });
  response.flushHeaders();
  for (const event of plan.first) send(event);
  if (plan.ends) {
    response.end();
    return;
  }

  const tell = (change: Change): void => {
    if (change.storage !== resource.storage || change.revision <= plan.from) return;
    const event = eventFor(change, selects);
    if (event !== undefined) send({ type: event.type, object: inVersion(resource, event.object) });
  };
  const unsubscribe = store.subscribe(tell);
  const ticker = bookmarks
    ? setInterval(() => send(bookmark(resource, store.revision)), bookmarkIntervalMs)
    : undefined;
  const stop = (): void => {
    unsubscribe();
    clearInterval(ticker);
    clearTimeout(deadline);
    response.end();
  };
  const deadline = timeoutSeconds > 0 ? setTimeout(stop, timeoutSeconds * 1000) : undefined;
  response.once("close", stop);
};
