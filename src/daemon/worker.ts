import { setTimeout as sleep } from "node:timers/promises";
import { Backoff } from "../kube/backoff.ts";

/**
 * Runs one task over and over, never twice at once: as soon as somebody asks for it, again if somebody asked while it
 * ran, and by itself with growing pauses while it reports that it is not done. However many ask, state decides what is
 * done, not the number of events.
 */
export class Worker {
  readonly #task: () => Promise<"done" | "again">;
  readonly #signal: AbortSignal;
  readonly #backoff = new Backoff(50, 5_000);
  #asked = false;
  #running: Promise<void> | undefined;

  constructor(task: () => Promise<"done" | "again">, signal: AbortSignal) {
    this.#task = task;
    this.#signal = signal;
  }

  ask(): void {
    this.#asked = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#asked && !this.#signal.aborted) this.ask();
    });
  }

  /** Fulfilled when nothing runs. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // One turn of the event loop, so that events that arrived together are worked off together.
    await sleep(0);
    while (this.#asked && !this.#signal.aborted) {
      this.#asked = false;
      if ((await this.#task()) === "done") {
        this.#backoff.reset();
        continue;
      }
      this.#asked = true;
      await sleep(this.#backoff.next(), undefined, { signal: this.#signal }).catch(() => undefined);
    }
  }
}
