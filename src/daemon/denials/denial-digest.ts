import type { Denial } from "../../core/denial.ts";

/** One line of the log: a denial, and how many like it were seen since the last line about it. */
export interface DenialLine {
  readonly denial: Denial;
  readonly count: number;
}

interface Pending {
  readonly denial: Denial;
  readonly since: number;
  readonly count: number;
}

const keyOf = ({ cause, from, to, traffic }: Denial): string => [cause, from, to, traffic].join("\n");

/**
 * Makes few lines of many denials: the first of its kind at once, then one for each interval in which there were more,
 * with their number. What is kept is bounded, however many strangers knock: beyond it denials are only counted.
 */
export class DenialDigest {
  /** Denials that no line tells of, since too many different ones came at once. */
  untold = 0;
  readonly #intervalMs: number;
  readonly #most: number;
  readonly #pending = new Map<string, Pending>();

  constructor(intervalMs = 60_000, most = 1_000) {
    this.#intervalMs = intervalMs;
    this.#most = most;
  }

  /** Takes a denial at a time in milliseconds; a line if it is to be told now. */
  take(denial: Denial, now: number): DenialLine | undefined {
    const key = keyOf(denial);
    const pending = this.#pending.get(key);
    if (pending !== undefined) {
      this.#pending.set(key, { denial, since: pending.since, count: pending.count + 1 });
      return undefined;
    }
    if (this.#pending.size >= this.#most) {
      this.untold += 1;
      return undefined;
    }
    this.#pending.set(key, { denial, since: now, count: 0 });
    return { denial, count: 1 };
  }

  /** The lines whose interval is over. A kind that was silent for one is forgotten. */
  due(now: number): DenialLine[] {
    const lines: DenialLine[] = [];
    for (const [key, { denial, since, count }] of this.#pending) {
      if (now - since < this.#intervalMs) continue;
      if (count === 0) this.#pending.delete(key);
      else {
        lines.push({ denial, count });
        this.#pending.set(key, { denial, since: now, count: 0 });
      }
    }
    return lines;
  }
}
