/** Writes to nftables, both families at once. */
export interface NftWriter {
  /** Carries out one transaction, a command a line: all of it or nothing. What was said against it, or nothing. */
  readonly write: (script: string) => Promise<string | undefined>;
  /** How many writes nft was given until now: a process run, or one that is kept open asked. */
  readonly commands: () => number;
}
