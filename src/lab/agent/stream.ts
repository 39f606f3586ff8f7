import type { End, Finish } from "./attempt.ts";
import type { Outcome } from "./protocol.ts";

/** An open conversation with another agent. */
export interface Stream {
  /** Sends a word and waits until it comes back. */
  beat(deadlineMs: number): Promise<Outcome>;
  close(): void;
}

/** What opening came to, and the stream if it came to one. */
export interface Opened {
  readonly outcome: Outcome;
  readonly stream?: Stream;
}

/** Who waits for which word. */
export class Waiters {
  readonly #waiting = new Map<string, Finish>();
  #count = 0;
  #ended: End | undefined;

  /** A word that nobody else waits for. */
  word(): string {
    this.#count += 1;
    return `w${this.#count}`;
  }

  /** Waits for a word, until `forget`; ends at once if the stream has ended. */
  expect(word: string, finish: Finish): () => void {
    if (this.#ended === undefined) this.#waiting.set(word, finish);
    else finish(this.#ended);
    return () => this.#waiting.delete(word);
  }

  heard(word: string, by: string): void {
    this.#waiting.get(word)?.({ kind: "answered", by });
  }

  /** Nothing more will be heard. */
  end(end: End): void {
    this.#ended ??= end;
    for (const finish of this.#waiting.values()) finish(end);
  }
}
