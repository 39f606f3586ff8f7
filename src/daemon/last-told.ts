import type { Mark, Witness } from "../kernel/witness.ts";

/**
 * With tens of thousands of rules, iptables-nft-save takes a second, and nft two; both begin again at each write that they meet. To read
 * while nobody writes costs changes that time, so it is the last resort: with nftables, for a witness that is blind.
 */
const PATIENCE_MS = 20_000;

/** How old the last transaction of ours may be that the witness has seen, as long as they go on and on. */
const FRESH_MS = 5_000;

/** When it was last known whether others had changed what is ours. */
export class LastTold {
  readonly #witness: Witness | undefined;
  /** By `performance.now()`. */
  #at = performance.now();
  #mark: Mark | undefined;

  constructor(witness: Witness | undefined) {
    this.#witness = witness;
  }

  /** To be taken before a reading begins: what others write while it goes on may not be in it. */
  mark(): Mark | undefined {
    return this.#witness?.mark();
  }

  /** A reading has told that began at this mark. */
  by(mark: Mark | undefined): void {
    this.#at = performance.now();
    this.#mark = mark;
  }

  /** The next reading will tell, and waits for nothing. */
  soon(): void {
    this.#at = performance.now();
  }

  /** Whether others were seen to write since. */
  isOutdated(): boolean {
    return this.#witness?.since(this.#mark).kind === "disturbed";
  }

  /** Whether the witness, who sees so much as now, saw nobody else write since. */
  isVouchedFor(): boolean {
    const testimony = this.#witness?.since(this.#mark);
    return testimony?.kind === "undisturbed" && performance.now() - testimony.until < FRESH_MS;
  }

  /** Whether it is too long ago; as long as the witness sees that nobody else writes, it is not. */
  isLongAgo(): boolean {
    const testimony = this.#witness?.since(this.#mark);
    if (testimony?.kind === "undisturbed") this.#at = Math.max(this.#at, testimony.until);
    return performance.now() - this.#at >= PATIENCE_MS;
  }
}
