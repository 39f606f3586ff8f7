const LONGEST_MS = 300_000;

/** How long tools that gave trouble are left be: twice as long after each trouble that follows another. */
export class Rest {
  readonly #firstMs: number;
  #troubles = 0;
  #until = 0;

  constructor(firstMs: number) {
    this.#firstMs = firstMs;
  }

  goesOn(): boolean {
    return performance.now() < this.#until;
  }

  begin(): void {
    this.#until = performance.now() + Math.min(this.#firstMs * 2 ** this.#troubles, LONGEST_MS);
    this.#troubles += 1;
  }

  /** All has gone well since: the next is the first trouble again. */
  forget(): void {
    this.#troubles = 0;
  }
}
