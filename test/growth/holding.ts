/** What an enforcer's process holds at a moment, its garbage collected. */
export interface Holding {
  /** Why the kernel is not as the cluster asks for, as the enforcer says it. */
  readonly notReady: string | undefined;
  /** Bytes. */
  readonly heap: number;
  /** Bytes that the programs hold which are kept open, resident. */
  readonly programs: number;
  /** Timers, sockets and requests by kind (`process.getActiveResourcesInfo`). */
  readonly resources: Readonly<Record<string, number>>;
  /** Open file descriptors. */
  readonly descriptors: number;
  /** Each with its number of entries. */
  readonly sets: readonly string[];
  /** The rules of each family, as their tool prints them, sorted. */
  readonly chains: readonly (readonly string[])[];
  readonly passes: number;
  readonly writes: number;
}
