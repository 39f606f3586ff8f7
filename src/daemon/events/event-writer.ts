import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import type { Denial } from "../../core/denial.ts";
import type { End } from "../../core/end.ts";
import { Backoff } from "../../kube/backoff.ts";
import { type KubeClient, KubeError } from "../../kube/client.ts";
import { deniedPod, denialEvent } from "./denial-event.ts";
import { type Due, EventBook } from "./event-book.ts";
import { microTime } from "./kube-event.ts";

export interface EventWriterOptions {
  readonly node: string;
  readonly client: Pick<KubeClient, "request">;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly book?: EventBook;
}

/** How often it is looked whether a series is due, in milliseconds. */
const LOOK = 5_000;
/** How long one write may take. */
const PATIENCE = 10_000;
/** Somebody has to change a ClusterRole first. */
const FORBIDDEN_PAUSE = 600_000;

const FORBIDDEN = 403;
const NOT_FOUND = 404;
/** Answers that the same event will get again. */
const REFUSED = new Set([400, 409, 413, 422]);

/**
 * Writes denials as Events on the pods whose policies denied. One request at a time, and nobody waits for it: an API server that is
 * slow, away or forbids it costs events and nothing else.
 */
export class EventWriter {
  readonly #options: EventWriterOptions;
  readonly #book: EventBook;
  readonly #backoff = new Backoff(1_000, 300_000);
  #pausedUntil = 0;
  #isWriting = false;
  #trouble: string | undefined;

  constructor(options: EventWriterOptions) {
    this.#options = options;
    this.#book = options.book ?? new EventBook();
  }

  start(): void {
    const timer = setInterval(() => {
      this.#book.sweep(performance.now());
      this.#poke();
    }, LOOK);
    this.#options.signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  }

  /** Notes a denial and who its ends were. */
  readonly take = (denial: Denial, from: End, to: End): void => {
    const denied = deniedPod(denial, from, to);
    if (denied === undefined) return;
    this.#book.take(denied, performance.now(), Date.parse(denial.time));
    this.#poke();
  };

  #poke(): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    void this.#writeAll().finally(() => {
      this.#isWriting = false;
    });
  }

  async #writeAll(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted && performance.now() >= this.#pausedUntil) {
      const due = this.#book.next(performance.now());
      if (due === undefined) return;
      try {
        this.#book.written(due, await this.#write(due), performance.now());
        this.#backoff.reset();
        this.#trouble = undefined;
      } catch (error) {
        if (!signal.aborted) this.#fail(due, error);
      }
    }
  }

  /** Makes the event, or brings it up to date; its name. */
  async #write({ denied, first, last, count, standing }: Due): Promise<string> {
    const { client, node, signal } = this.#options;
    const series = { count, lastObservedTime: microTime(last) };
    const events = `/apis/events.k8s.io/v1/namespaces/${denied.pod.namespace}/events`;
    const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);
    if (standing !== undefined) {
      await client.request({
        method: "PATCH",
        path: `${events}/${standing}`,
        contentType: "application/merge-patch+json",
        body: { series },
        signal: patience,
      });
      return standing;
    }
    const suffix = randomBytes(8).toString("hex");
    const event = denialEvent(denied, {
      node,
      suffix,
      eventTime: microTime(first),
      ...(count > 1 ? { series } : {}),
    });
    await client.request({ method: "POST", path: events, body: event, signal: patience });
    return event.metadata.name;
  }

  #fail(due: Due, error: unknown): void {
    const status = error instanceof KubeError ? error.status : undefined;
    const trouble = error instanceof Error ? error.message : String(error);
    if (status === NOT_FOUND && due.standing !== undefined) {
      this.#book.gone(due);
      return;
    }
    // A namespace that is gone or going needs no events any more.
    const isGoing = status === NOT_FOUND || (status === FORBIDDEN && trouble.includes("being terminated"));
    if (isGoing || (status !== undefined && REFUSED.has(status))) this.#book.drop(due);
    if (isGoing) return;
    const retryAfter = error instanceof KubeError ? error.retryAfter : undefined;
    const pause = status === FORBIDDEN ? FORBIDDEN_PAUSE : (retryAfter ?? this.#backoff.next());
    this.#pausedUntil = performance.now() + pause;
    this.#say(status, trouble);
  }

  /** Once for each trouble, however often it is met. */
  #say(status: number | undefined, trouble: string): void {
    const kind = String(status ?? trouble);
    if (kind === this.#trouble) return;
    this.#trouble = kind;
    const what =
      status === FORBIDDEN
        ? "denials are not written as Events: grant create and patch on events in events.k8s.io, or say --events=off"
        : "denials are not written as Events for now; they are logged all the same";
    this.#options.log.warn({ trouble }, what);
  }
}
