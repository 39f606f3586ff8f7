import { keyOf } from "../../core/cluster.ts";
import type { DeniedPod } from "./denial-event.ts";
import { type Allowance, TokenBucket } from "./token-bucket.ts";

/** What of a series is to be written now. */
export interface Due {
  readonly key: string;
  readonly denied: DeniedPod;
  /** When it was first seen, and last, in milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  /** How often, in all. */
  readonly count: number;
  /** The event that tells of it already, to be brought up to date. */
  readonly standing: string | undefined;
}

export interface EventLimits {
  readonly pod: Allowance;
  readonly node: Allowance;
  /** How often one series is written at most, in milliseconds. */
  readonly intervalMs: number;
  /** After how many milliseconds of silence the next denial begins a new series. */
  readonly endMs: number;
  /** How many series are kept, and of one pod, so that one which everybody knocks at leaves room for others. */
  readonly most: number;
  readonly mostOfPod: number;
}

/** A pod may be told of ten times at once, a node's fifty, then once in half a minute and once in five seconds. */
export const EVENT_LIMITS: EventLimits = {
  pod: { burst: 10, refillMs: 30_000 },
  node: { burst: 50, refillMs: 5_000 },
  intervalMs: 60_000,
  // As client-go's recorder ends a series.
  endMs: 360_000,
  most: 500,
  mostOfPod: 20,
};

interface Series {
  readonly denied: DeniedPod;
  readonly first: number;
  last: number;
  /** Of the forward clock, as is `dueAt`. */
  seenAt: number;
  dueAt: number;
  count: number;
  told: number;
  standing: string | undefined;
}

/**
 * Which events are to be written, and when: a series for each sentence about a pod, told at once and then brought up to date, within
 * limits for each pod and for the node. What is kept is bounded, however many strangers knock.
 */
export class EventBook {
  /** Denials that no event tells of. */
  untold = 0;
  readonly #limits: EventLimits;
  readonly #series = new Map<string, Series>();
  readonly #pods = new Map<string, TokenBucket>();
  #node: TokenBucket | undefined;

  constructor(limits: EventLimits = EVENT_LIMITS) {
    this.#limits = limits;
  }

  /** Notes a denial; `now` only goes forward, `time` is of the epoch. */
  take(denied: DeniedPod, now: number, time: number): void {
    const key = keyOfSeries(denied);
    const series = this.#series.get(key);
    if (series !== undefined) {
      series.count += 1;
      series.last = time;
      series.seenAt = now;
      return;
    }
    if (this.#isFullFor(denied)) {
      this.untold += 1;
      return;
    }
    this.#series.set(key, {
      denied,
      first: time,
      last: time,
      seenAt: now,
      dueAt: now,
      count: 1,
      told: 0,
      standing: undefined,
    });
  }

  /** The next that is due and that the limits allow; it counts against them, whether or not it can be written. */
  next(now: number): Due | undefined {
    this.#node ??= new TokenBucket(this.#limits.node, now);
    if (!this.#node.has(now)) return undefined;
    const due = [...this.#series].filter(
      ([, { denied, count, told, dueAt }]) =>
        count > told && dueAt <= now && this.#bucket(denied, now).has(now),
    );
    // What nobody has been told of goes before what is to be brought up to date.
    const [chosen] = due.toSorted(
      ([, a], [, b]) => Math.sign(a.told) - Math.sign(b.told) || a.dueAt - b.dueAt,
    );
    if (chosen === undefined) return undefined;
    const [key, { denied, first, last, count, standing }] = chosen;
    this.#bucket(denied, now).take(now);
    this.#node.take(now);
    return { key, denied, first, last, count, standing };
  }

  /** The event of this name now tells of so many. */
  written({ key, count }: Due, name: string, now: number): void {
    const series = this.#series.get(key);
    if (series === undefined) return;
    series.standing = name;
    series.told = count;
    series.dueAt = now + this.#limits.intervalMs;
  }

  /** The event that told of it is gone, as the API server keeps them for an hour: the next write makes another. */
  gone({ key }: Due): void {
    const series = this.#series.get(key);
    if (series !== undefined) series.standing = undefined;
  }

  /** It cannot be told: its namespace is gone, say. */
  drop({ key, count }: Due): void {
    this.untold += count - (this.#series.get(key)?.told ?? count);
    this.#series.delete(key);
  }

  /** Forgets series that have ended, and limits that are as new. */
  sweep(now: number): void {
    for (const [key, { seenAt, count, told }] of this.#series) {
      if (now - seenAt < this.#limits.endMs) continue;
      this.untold += count - told;
      this.#series.delete(key);
    }
    for (const [pod, bucket] of this.#pods) {
      if (bucket.isFull(now)) this.#pods.delete(pod);
    }
  }

  #isFullFor({ pod }: DeniedPod): boolean {
    const { most, mostOfPod } = this.#limits;
    const ofPod = [...this.#series.values()].filter(({ denied }) => keyOf(denied.pod) === keyOf(pod));
    return this.#series.size >= most || ofPod.length >= mostOfPod;
  }

  #bucket({ pod }: DeniedPod, now: number): TokenBucket {
    const key = keyOf(pod);
    const bucket = this.#pods.get(key) ?? new TokenBucket(this.#limits.pod, now);
    this.#pods.set(key, bucket);
    return bucket;
  }
}

/** The same sentence about the same pod, and not one that had its name before. */
const keyOfSeries = ({ pod, note }: DeniedPod): string => [keyOf(pod), pod.uid, note].join("\n");
