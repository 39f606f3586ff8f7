import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod/mini";
import type { ObjectKey } from "../core/cluster.ts";
import { Backoff } from "./backoff.ts";
import { type KubeClient, KubeError } from "./client.ts";
import { deadline } from "./deadline.ts";
import type { Store } from "./store.ts";
import { apiObject, watchEvents } from "./watch-stream.ts";

export interface ReflectorOptions<T> {
  readonly client: KubeClient;
  /** The collection: `/api/v1/pods`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Strips an object to what is used. `undefined`: the object is kept out of the store. */
  readonly read: (object: unknown) => T | undefined;
  readonly store: Store<T>;
  readonly signal: AbortSignal;
  /** Told of each interruption once, when it begins, in words; the reflector goes on by itself. */
  readonly onTrouble?: (trouble: string) => void;
  /** Told when an interruption is over. */
  readonly onRecovery?: () => void;
  /** Told each version of the collection that the store has reached, after the store; bookmarks' too. */
  readonly onVersion?: (resourceVersion: string) => void;
  /** The pauses between tries. */
  readonly backoff?: Backoff;
  /** Milliseconds within which a page must be there; default: what the API server itself gives a request. */
  readonly pageTimeout?: number;
}

export interface Reflector {
  /** Fulfilled once the store holds a whole listing; stays pending while there is no server. */
  readonly synced: Promise<void>;
  /** Fulfilled when the signal has ended it. */
  readonly done: Promise<void>;
}

const PAGE = 500;
/** A watch is ended by the server after so many seconds, so that load spreads over servers that come and go. */
const WATCH_SECONDS = { least: 300, spread: 300 };
const WATCH_GRACE_SECONDS = 30;
/** A watch that has stood so many milliseconds is in order, though nothing may have happened yet. */
const STEADY = 1_000;
const PAGE_TIMEOUT = 60_000;
/** The longest that a server is left alone because it asked for it, in milliseconds. */
const MOST_PATIENCE = 300_000;
const GONE = 410;

const page = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.optional(z.string()) }),
  items: z.nullish(z.array(apiObject)),
});

type ApiObject = z.output<typeof apiObject>;

function objectKey({ metadata: { namespace, name = "" } }: ApiObject): ObjectKey {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** What has been seen is too old to go on from: list anew. */
class Expired extends Error {}

/**
 * Keeps a store equal to a collection of the API server: a paged list, then a watch from there, for as long as it takes.
 * Written here since the client library's informer stops for good at an error, asks neither for pages nor for bookmarks,
 * and does not tell when it is synced (seen with 2.0.1).
 */
export function startReflector<T>(options: ReflectorOptions<T>): Reflector {
  const { promise: synced, resolve } = Promise.withResolvers<void>();
  return { synced, done: reflect(options, resolve) };
}

async function reflect<T>(options: ReflectorOptions<T>, onSynced: () => void): Promise<void> {
  const { signal, backoff = new Backoff() } = options;
  const outage = outageOf(options);
  const onProgress = (): void => {
    backoff.reset();
    outage.end();
  };
  let version: string | undefined;
  while (!signal.aborted) {
    let patience = 0;
    try {
      if (version === undefined) {
        version = await list(options);
        outage.end();
        options.onVersion?.(version);
        onSynced();
      }
      for await (const seen of watch(options, version, onProgress)) {
        if (seen !== version) onProgress();
        version = seen;
        options.onVersion?.(version);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isExpired(error)) version = undefined;
      else outage.begin(error);
      if (error instanceof KubeError) patience = Math.min(error.retryAfter ?? 0, MOST_PATIENCE);
    }
    // After a watch that ended well, too: a server that ends each at once is not asked without a pause.
    await pause(Math.max(patience, backoff.next()), signal);
  }
}

/** Says once that the collection cannot be followed, however many tries fail, and once that it is followed again. */
function outageOf<T>({ path, onTrouble, onRecovery }: ReflectorOptions<T>): {
  begin(error: unknown): void;
  end(): void;
} {
  let isOut = false;
  return {
    begin: (error) => {
      if (!isOut) onTrouble?.(`${path}: ${String(error)}`);
      isOut = true;
    },
    end: () => {
      if (isOut) onRecovery?.();
      isOut = false;
    },
  };
}

/** Sleeps, or wakes when the signal says that there is nothing to wait for. */
const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  sleep(milliseconds, undefined, { signal }).catch(() => undefined);

const isExpired = (error: unknown): boolean =>
  error instanceof Expired || (error instanceof KubeError && error.status === GONE);

function pathWith<T>(
  { path, query = {} }: ReflectorOptions<T>,
  more: Readonly<Record<string, string>>,
): string {
  return `${path}?${new URLSearchParams({ ...query, ...more }).toString()}`;
}

/** Takes the whole collection into the store, page by page, and returns the version it is of. */
async function list<T>(options: ReflectorOptions<T>): Promise<string> {
  const { client, store, read, pageTimeout = PAGE_TIMEOUT } = options;
  const items = new Map<ObjectKey, T>();
  let next: string | undefined;
  for (;;) {
    const more = next === undefined ? {} : { continue: next };
    const path = pathWith(options, { limit: `${PAGE}`, ...more });
    const { signal, end } = deadline(options.signal, pageTimeout);
    const answer = await client.request({ path, signal }).finally(end);
    const { metadata, items: objects } = page.parse(answer);
    for (const object of objects ?? []) {
      const item = read(object);
      if (item !== undefined) items.set(objectKey(object), item);
    }
    next = metadata.continue;
    if (next === undefined || next === "") {
      store.replace(items);
      return metadata.resourceVersion;
    }
  }
}

/**
 * Takes one watch's events into the store, yielding each version reached; ends when the server ends the watch. `onSteady`
 * is called when it has stood for a while.
 */
async function* watch<T>(
  options: ReflectorOptions<T>,
  from: string,
  onSteady: () => void,
): AsyncGenerator<string> {
  const { client } = options;
  const seconds = WATCH_SECONDS.least + Math.floor(Math.random() * WATCH_SECONDS.spread);
  // A server that vanished without a word never ends its watch; the client's own clock does.
  const { signal, end } = deadline(options.signal, (seconds + WATCH_GRACE_SECONDS) * 1000);
  const path = pathWith(options, {
    watch: "1",
    allowWatchBookmarks: "true",
    resourceVersion: from,
    timeoutSeconds: `${seconds}`,
  });
  let steady: NodeJS.Timeout | undefined;
  try {
    const body = await client.stream({ path, signal });
    steady = setTimeout(onSteady, STEADY);
    for await (const event of watchEvents(body)) {
      if (event.type === "ERROR") {
        const { code, message } = event.object;
        throw code === GONE ? new Expired() : new KubeError(code ?? 0, message ?? "watch failed");
      }
      if (event.type !== "BOOKMARK") take(options, event.type, event.object);
      if (event.object.metadata.resourceVersion !== undefined) yield event.object.metadata.resourceVersion;
    }
  } finally {
    end();
    clearTimeout(steady);
  }
}

function take<T>(
  { store, read }: ReflectorOptions<T>,
  type: "ADDED" | "MODIFIED" | "DELETED",
  object: ApiObject,
): void {
  const item = type === "DELETED" ? undefined : read(object);
  if (item === undefined) store.delete(objectKey(object));
  else store.set(objectKey(object), item);
}
