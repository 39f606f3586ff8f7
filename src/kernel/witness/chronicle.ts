import type { Mark, Testimony } from "./witness.ts";
import type { SeenTransaction } from "./monitor-stream.ts";

/** In the kernel, 32 bits that are never nought. */
const following = (generation: number): number => (generation === 0xffff_ffff ? 1 : generation + 1);

/** By so much a generation may be behind another, and be the older of the two. */
const HALF = 0x8000_0000;

/**
 * Who wrote to what is ours, from transactions that follow each other without a gap. That each is the next is all that an account goes
 * by: one that was missed, for whatever reason, ends the account, and another begins.
 */
export class Chronicle {
  readonly #whenGiven: (signature: string) => number | undefined;
  #account: object = {};
  /** Whether the next transaction will be told, whatever it is. */
  #hasBegun = false;
  #generation: number | undefined;
  #others = 0;
  /** When the last transaction of ours was signed that was seen: all that was committed before it has been seen, too. */
  #until = 0;

  /** `whenGiven` tells when a signature was given; nothing for somebody else's. */
  constructor(whenGiven: (signature: string) => number | undefined) {
    this.#whenGiven = whenGiven;
  }

  /** Whether somebody else changed what is ours with it, or may have. One that is known already counts once. */
  take({ generation, isOfOurs, isClear, signatures }: SeenTransaction): boolean {
    if (this.hasReached(generation)) return false;
    if (this.#generation !== undefined && generation !== following(this.#generation)) this.end();
    this.#generation = generation;
    this.#hasBegun = true;
    const [given] = signatures.flatMap((signature) => this.#whenGiven(signature) ?? []);
    if (given !== undefined) this.#until = given;
    if (given !== undefined || (isClear && !isOfOurs)) return false;
    this.#others += 1;
    return true;
  }

  /** Whether the account goes as far as this transaction. */
  hasReached(generation: number): boolean {
    return this.#generation !== undefined && (this.#generation - generation) >>> 0 < HALF;
  }

  /** Whoever tells of transactions is known to listen. */
  begin(): void {
    this.#hasBegun = true;
  }

  /** Something may have been missed. */
  end(): void {
    this.#hasBegun = false;
    this.#account = {};
    this.#generation = undefined;
    this.#others = 0;
  }

  mark(): Mark | undefined {
    return this.#hasBegun ? { account: this.#account, others: this.#others } : undefined;
  }

  since(mark: Mark | undefined): Testimony {
    if (mark?.account !== this.#account) return { kind: "blind" };
    return mark.others === this.#others ? { kind: "undisturbed", until: this.#until } : { kind: "disturbed" };
  }
}
