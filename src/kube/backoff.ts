/**
 * Waiting times between tries, in milliseconds: doubling from `first` up to `most`, each drawn from its upper half, so
 * that a thousand clients that lost one server do not come back in step.
 */
export class Backoff {
  #step: number;
  readonly #first: number;
  readonly #most: number;

  constructor(first = 250, most = 30_000) {
    this.#first = first;
    this.#most = most;
    this.#step = first;
  }

  next(): number {
    const step = this.#step;
    this.#step = Math.min(this.#most, step * 2);
    return step / 2 + (Math.random() * step) / 2;
  }

  reset(): void {
    this.#step = this.#first;
  }
}
