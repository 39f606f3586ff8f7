import type { Mark, Witness } from "../kernel/witness/witness.ts";

/** How old the last transaction of ours may be that the witness has seen, as long as they go on and on. */
const FRESH_MS = 5_000;

/** A moment, and where the witness's account stood then. */
export interface Moment {
  /** By `performance.now()`. */
  readonly at: number;
  readonly mark: Mark | undefined;
}

/** When it was last known whether others had changed what is ours. */
export class LastTold {
  readonly #witness: Witness | undefined;
  #moment: Moment;

  constructor(witness: Witness | undefined) {
    this.#witness = witness;
    this.#moment = this.now();
  }

  /** To be taken before a reading begins: what others write while it goes on may not be in it. */
  now(): Moment {
    return { at: performance.now(), mark: this.#witness?.mark() };
  }

  /** A reading has told that began at this moment. */
  by(moment: Moment): void {
    this.#moment = moment;
  }

  /** What a witness sees is as it was told last: so it was as late as the witness saw. */
  byWitness(): void {
    const testimony = this.#witness?.since(this.#moment.mark);
    if (testimony?.kind === "undisturbed")
      this.#moment = { ...this.#moment, at: Math.max(this.#moment.at, testimony.until) };
  }

  /** The next reading will tell, and waits for nothing. */
  soon(): void {
    this.#moment = { ...this.#moment, at: performance.now() };
  }

  /** Whether others were seen to write since. */
  isOutdated(): boolean {
    return this.#witness?.since(this.#moment.mark).kind === "disturbed";
  }

  /** Whether the witness, who sees so much as now, saw nobody else write since. */
  isVouchedFor(): boolean {
    const testimony = this.#witness?.since(this.#moment.mark);
    return testimony?.kind === "undisturbed" && performance.now() - testimony.until < FRESH_MS;
  }

  /** Whether it is so many milliseconds ago. */
  isOlderThan(ms: number): boolean {
    return performance.now() - this.#moment.at >= ms;
  }
}
