/** How much at once, and how much over time. */
export interface Allowance {
  readonly burst: number;
  /** Milliseconds in which one more comes in. */
  readonly refillMs: number;
}

/** A token bucket; times are milliseconds of any clock that only goes forward. */
export class TokenBucket {
  readonly #allowance: Allowance;
  #tokens: number;
  #since: number;

  constructor(allowance: Allowance, now: number) {
    this.#allowance = allowance;
    this.#tokens = allowance.burst;
    this.#since = now;
  }

  /** Whether there is a token. */
  has(now: number): boolean {
    return this.#filled(now) >= 1;
  }

  /** Takes one, which must be there. */
  take(now: number): void {
    this.#tokens = this.#filled(now) - 1;
    this.#since = now;
  }

  /** Whether it is as if it had never been used. */
  isFull(now: number): boolean {
    return this.#filled(now) >= this.#allowance.burst;
  }

  #filled(now: number): number {
    const { burst, refillMs } = this.#allowance;
    return Math.min(burst, this.#tokens + (now - this.#since) / refillMs);
  }
}
