/**
 * One term of leadership. Whoever writes as a leader gives `signal` to every request: it is aborted when the lease has
 * not been renewed in time, before another may take it, whatever the clocks of other machines show.
 */
export class Leadership {
  readonly #lost = new AbortController();
  readonly #clock: () => number;
  #until: number;
  #timer: NodeJS.Timeout | undefined;

  /** `until` and `clock` are of this machine's monotonic clock, in milliseconds. */
  constructor(clock: () => number, until: number) {
    this.#clock = clock;
    this.#until = until;
    this.#watch();
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Asks the clock itself: a process that was stopped and goes on has run no timer yet. */
  isHeld(): boolean {
    if (!this.signal.aborted && this.#clock() >= this.#until) this.end();
    return !this.signal.aborted;
  }

  /** The lease was renewed, and holds until then. A term that has ended does not come back. */
  extend(until: number): void {
    if (!this.isHeld()) return;
    this.#until = until;
    this.#watch();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#lost.abort(new Error("the lease is lost"));
  }

  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.isHeld(), Math.max(0, this.#until - this.#clock()));
  }
}
