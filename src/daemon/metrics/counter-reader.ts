import { type Family, families } from "../../core/address.ts";
import type { CountedRule } from "../../kernel/counters/counted-rule.ts";
import { chainsDeclared } from "../../kernel/touched-names.ts";
import type { EnforcerObserver, Pass } from "../enforcer-observer.ts";
import { CounterSums, meaningAmong } from "./counter-sums.ts";

/** The chains of a family that a pass has written anew. */
function rewritten({ outcome: { plans, failures } }: Pass, family: Family): string[] {
  const isWritten = !failures.some(({ step }) => step === "fill sets" || step === `write ${family} rules`);
  const texts = isWritten ? plans.flatMap(({ tables }) => tables.get(family) ?? []) : [];
  return texts.flatMap(chainsDeclared);
}

/** A reading during which rules were written is thrown away; so often it is tried again before the old sums must do. */
const TRIES = 3;
/** A reading that is this young is young enough: many may ask. Milliseconds. */
const FRESH = 1_000;
/** Milliseconds between two readings that nobody asked for, at least. */
const EVERY = 10_000;
/** And so many times what a reading takes: to list 30,000 rules costs `nft` two seconds of a CPU. */
const REST = 20;
/** And so many times what a reading took that failed, whoever asks: the next may take as long, for nothing. */
const RELIEF = 4;

/**
 * Keeps the sums of the kernel's counters. Reads beside the enforcer, never before its writes; a pass that began or ended
 * meanwhile may have set chains to zero before or after they were read, and nobody could tell which.
 */
export class CounterReader {
  readonly sums = new CounterSums();
  readonly observer: EnforcerObserver = {
    passing: () => {
      this.#isWriting = true;
      this.#epoch += 1;
    },
    passed: (pass) => {
      this.#isWriting = false;
      this.#last = pass;
      for (const family of families) {
        for (const chain of rewritten(pass, family)) this.sums.restart(family, chain);
      }
    },
    failed: () => {
      this.#isWriting = false;
    },
  };
  readonly #read: () => Promise<Readonly<Record<Family, readonly CountedRule[]>>>;
  #epoch = 0;
  #isWriting = false;
  #last: Pass | undefined;
  #readAt = -Infinity;
  #restsUntil = -Infinity;
  #reading: Promise<void> | undefined;

  constructor(read: () => Promise<Readonly<Record<Family, readonly CountedRule[]>>>) {
    this.#read = read;
  }

  /** Reads now and then even if nobody asks, so that little is lost when chains are written anew. */
  start(signal: AbortSignal): void {
    let timer: NodeJS.Timeout | undefined;
    const read = async (): Promise<void> => {
      const began = performance.now();
      await this.refresh().catch(() => undefined);
      if (!signal.aborted) wait(Math.max(EVERY, REST * (performance.now() - began)));
    };
    const wait = (milliseconds: number): void => {
      timer = setTimeout(() => void read(), milliseconds);
    };
    wait(EVERY);
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  }

  /** Brings the sums up to date, as far as that can be done now. Rejected where the kernel cannot be read. */
  refresh(): Promise<void> {
    if (performance.now() < this.#restsUntil) return Promise.resolve();
    const began = performance.now();
    this.#reading ??= this.#try()
      .catch((error: unknown) => {
        const now = performance.now();
        this.#restsUntil = now + RELIEF * (now - began);
        throw error;
      })
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }

  async #try(): Promise<void> {
    for (let tries = 0; tries < TRIES && performance.now() - this.#readAt > FRESH; tries += 1) {
      const epoch = this.#epoch;
      const isTorn = this.#isWriting;
      const counted = await this.#read();
      const last = this.#last;
      if (isTorn || epoch !== this.#epoch || last === undefined) continue;
      this.sums.take(counted, meaningAmong(last.local.classes));
      this.sums.retain(last.program);
      this.#readAt = performance.now();
    }
  }
}
