import { setTimeout as sleep } from "node:timers/promises";
import type { Witness } from "../kernel/witness/witness.ts";
import type { LastTold, Moment } from "./last-told.ts";
import type { Told } from "./look-at-sets.ts";
import type { Look } from "./look-for-drift.ts";
import type { Reading } from "../kernel/read.ts";

/** What a look has read. */
export interface Seen {
  readonly reading: Reading;
  /** When it began. */
  readonly moment: Moment;
  readonly epoch: number;
}

/** What looks are taken at. */
export interface LookedUpon {
  readonly told: LastTold;
  /** What the witness sees, where there is one. */
  readonly seen: Witness["sees"] | undefined;
  /** Reads everything beside the writes. */
  readonly whole: () => Promise<Look>;
  /** Reads the sets alone. */
  readonly sets: () => Promise<Told>;
  /** Moves whenever a write begins or ends. */
  readonly epoch: () => number;
  /** Moves whenever the next pass is to read: what was seen before is no news. */
  readonly recalls: () => number;
  /** Has the next pass read, or take what was read if nothing was written since that began. */
  readonly recall: (seen?: Seen) => Promise<void>;
}

/** A look at everything that takes longer is not waited for by what else there is to look at. */
const ALONE_MS = 1_000;

/**
 * With tens of thousands of rules, iptables-nft-save takes a second, and nft two; both begin again at each write that they meet. To read
 * while nobody writes costs changes that time, so it is the last resort where a witness is blind: in time for what others changed
 * just after the last reading to be repaired within ten seconds of it.
 */
const PATIENCE_MS = 7_000;

/** A look beside writes that go on and on costs a CPU for as long as it is tried. */
const SPARED_MS = 60_000;

/** Looks that are taken beside the writes, at whether others have changed what is ours. */
export class Looks {
  readonly #at: LookedUpon;
  #sparedUntil = Number.NEGATIVE_INFINITY;
  /** The one at everything that goes on. */
  #whole: Promise<void> | undefined;
  #beside: Promise<void> | undefined;

  constructor(at: LookedUpon) {
    this.#at = at;
  }

  /**
   * If others have changed something, the next pass compares with what was read, or reads it itself where somebody has written
   * meanwhile; and so where for long it cannot be told, as writes go on and on, and no witness says that they were our own. While it says
   * so, a look at everything that found no end is not taken again for a while, but sets are looked at that it does not see.
   */
  async take(): Promise<void> {
    if (performance.now() < this.#sparedUntil && this.#at.told.isVouchedFor()) {
      await this.#lookBeside();
      return;
    }
    const [recalls, epoch] = [this.#at.recalls(), this.#at.epoch()];
    // One that a pass has overtaken may still go on.
    const whole = (this.#whole ??= this.#lookAtAll());
    const forget = (): void => {
      if (this.#whole === whole) this.#whole = undefined;
    };
    void whole.then(forget, forget);
    for (;;) {
      await Promise.race([whole, sleep(ALONE_MS, undefined, { ref: false })]);
      if (this.#whole !== whole || recalls !== this.#at.recalls()) return;
      // Where nobody has written, it is slow and will find an end.
      if (epoch !== this.#at.epoch()) await this.#lookBeside();
    }
  }

  async #lookAtAll(): Promise<void> {
    const { told } = this.#at;
    const [recalls, moment, epoch] = [this.#at.recalls(), told.now(), this.#at.epoch()];
    const look = await this.#at.whole();
    if (recalls !== this.#at.recalls()) return;
    if (look.kind === "otherwise")
      await this.#at.recall(look.reading && { reading: look.reading, moment, epoch });
    else if (look.kind === "as left") told.by(moment);
    else {
      this.#sparedUntil = performance.now() + SPARED_MS;
      await this.#lookBeside();
    }
  }

  /** Where everything could not be read; once at a time. */
  #lookBeside(): Promise<void> {
    return (this.#beside ??= this.#lookAtRest().finally(() => {
      this.#beside = undefined;
    }));
  }

  async #lookAtRest(): Promise<void> {
    const { told } = this.#at;
    const recalls = this.#at.recalls();
    const sets = this.#at.seen === "rules and sets" ? "as left" : await this.#at.sets();
    if (recalls !== this.#at.recalls()) return;
    if (sets === "as left") told.byWitness();
    if (sets === "otherwise" || told.isOutdated() || told.isOlderThan(PATIENCE_MS)) await this.#at.recall();
  }
}
